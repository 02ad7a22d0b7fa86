//! Headers to try things with.

/// The signature of version 2.
pub(crate) const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// A version 2 header: version and command, family and transport, and what stands behind the length.
pub(crate) fn v2(command: u8, family: u8, variable: &[&[u8]]) -> Vec<u8> {
    let variable = variable.concat();
    let length = u16::try_from(variable.len()).unwrap().to_be_bytes();
    [SIGNATURE, &[command, family], &length, &variable].concat()
}

/// 192.0.2.1, port 56324, to 198.51.100.7, port 25.
pub(crate) const V4: &[u8] = &[192, 0, 2, 1, 198, 51, 100, 7, 0xDC, 0x04, 0, 25];

/// A header with the addresses of [`V4`] and these TLVs.
pub(crate) fn with_tlvs(tlvs: &[&[u8]]) -> Vec<u8> {
    v2(0x21, 0x11, &[V4, &tlvs.concat()])
}

pub(crate) fn tlv(kind: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    [&[kind], &length[..], value].concat()
}

/// `HAProxy` 2.6 with `send-proxy-v2 proxy-v2-options crc32c`.
pub(crate) const HAPROXY_TCP: &[u8] = b"\r\n\r\n\x00\r\nQUIT\n!\x11\x00\x13\
    \x7f\x00\x00\x01\x7f\x00\x00\x01\xd0\xba\x1bZ\x03\x00\x04\xdf\x0e\x88M";

/// The same for a client that came over a UNIX socket.
pub(crate) const HAPROXY_LOCAL: &[u8] =
    b"\r\n\r\n\x00\r\nQUIT\n \x00\x00\x07\x03\x00\x04\xa9\xb8~\x8f";

/// The same with all that it tells about TLS, for a client without a certificate.
pub(crate) const HAPROXY_TLS: &[u8] = b"\r\n\r\n\x00\r\nQUIT\n!\x11\x00|\
    \x7f\x00\x00\x01\x7f\x00\x00\x01\xa1\xa6\x1b[\x03\x00\x04\xb9!X\x13\
    \x01\x00\x04smtp\x02\x00\nmx.example\x05\x00\x107F000001:A1A6_-- \
    \x00?\x01\x00\x00\x00\x00!\x00\x07TLSv1.3%\x00\x07RSA2048$\x00\nRSA-SHA256\
    #\x00\x16TLS_AES_256_GCM_SHA384";

/// The same for a client with a certificate.
pub(crate) const HAPROXY_CERTIFICATE: &[u8] = b"\r\n\r\n\x00\r\nQUIT\n!\x11\x00\x8d\
    \x7f\x00\x00\x01\x7f\x00\x00\x01\xa1\xac\x1b[\x03\x00\x04\xb1\xe4\xbe?\
    \x01\x00\x04smtp\x02\x00\nmx.example\x05\x00\x107F000001:A1AC_-- \
    \x00P\x07\x00\x00\x00\x00!\x00\x07TLSv1.3\"\x00\x0eclient.example%\x00\x07RSA2048\
    $\x00\nRSA-SHA256#\x00\x16TLS_AES_256_GCM_SHA384";

/// One of each kind, all of them valid.
pub(crate) fn headers() -> Vec<Vec<u8>> {
    let path = |path: &[u8]| [path, &vec![0; 108 - path.len()]].concat();
    let ssl = [&[7, 0, 0, 0, 1], &tlv(0x21, b"TLSv1.3")[..], &tlv(0x2F, b"?")].concat();
    let lines = [
        "PROXY UNKNOWN\r\n",
        "PROXY UNKNOWN whatever \x01\r\n",
        "PROXY UNKNOWN ffff:f:f:f:f:f:f:ffff ffff:f:f:f:f:f:f:ffff 65535 65535\r\n",
        "PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.7 56324 25\r\n",
        "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
        "PROXY TCP6 :: :: 0 0\r\n",
        "PROXY TCP6 2001:db8::1 2001:db8:0:1:2:3:4:5 56324 25\r\n",
        "PROXY TCP6 ::ffff:192.0.2.1 1:2:3:4:5:6:7:: 1 587\r\n",
    ];
    let mut headers: Vec<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
    let most = "ffff:".repeat(8);
    let most = most.trim_end_matches(':');
    headers.push(format!("PROXY TCP6 {most} {most} 65535 65535\r\n").into_bytes());
    headers.push(format!("PROXY UNKNOWN {most} {most} 65535 65535\r\n").into_bytes());
    headers
        .extend([HAPROXY_TCP, HAPROXY_LOCAL, HAPROXY_TLS, HAPROXY_CERTIFICATE].map(<[u8]>::to_vec));
    headers.extend([
        v2(0x20, 0x00, &[]),
        v2(0x20, 0xFF, &[b"whatever"]),
        v2(0x20, 0x11, &[V4]),
        v2(0x21, 0x00, &[]),
        v2(0x21, 0x00, &[&tlv(0x02, b"mx.example")]),
        v2(0x21, 0x10, &[V4]),
        v2(0x21, 0x11, &[V4]),
        v2(0x21, 0x12, &[V4]),
        v2(0x21, 0x21, &[&[0x20; 36], &tlv(0x20, &ssl)]),
        v2(0x21, 0x22, &[&[0x20; 36]]),
        v2(0x21, 0x31, &[&path(b"/run/a.sock"), &path(&[b'x'; 108])]),
        v2(0x21, 0x32, &[&path(b""), &path(b"b"), &tlv(0xE0, b"custom"), &tlv(0xE0, b"")]),
        with_tlvs(&[&tlv(0x04, &[0; 400]), &tlv(0x30, b"blue"), &tlv(0x05, &[0; 128])]),
    ]);
    headers
}
