//! Headers on their way out.

use alloc::format;
use alloc::vec::Vec;
use core::net::SocketAddr;

use super::crc32c::crc32c;
use super::header::Addresses;
use super::v2::{Family, PATH, SIGNATURE};
use super::{Command, Endpoint, Header, Tlvs, Transport, WriteError, tlv};

impl Header {
    /// Appends it in version 1, if that can tell it all: TCP or no addresses, and no TLVs. Otherwise
    /// `out` stays as it is.
    ///
    /// Section 2.1 advises against `UNKNOWN`, which is what no addresses become: some receivers
    /// reject it.
    pub fn write_v1(&self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        if self.command == Command::Local {
            return Err(WriteError::NotInVersion1("LOCAL"));
        }
        if self.tlvs != Tlvs::default() {
            return Err(WriteError::NotInVersion1("TLVs"));
        }
        let Some(Addresses { transport, source, destination }) = &self.addresses else {
            out.extend_from_slice(b"PROXY UNKNOWN\r\n");
            return Ok(());
        };
        if *transport != Transport::Stream {
            return Err(WriteError::NotInVersion1("datagrams"));
        }
        let (Endpoint::Ip(source), Endpoint::Ip(destination)) = (source, destination) else {
            return Err(WriteError::NotInVersion1("UNIX sockets"));
        };
        let family = if source.is_ipv4() { 4 } else { 6 };
        let (from, to) = (source.port(), destination.port());
        let (source, destination) = (source.ip(), destination.ip());
        let line = format!("PROXY TCP{family} {source} {destination} {from} {to}\r\n");
        out.extend_from_slice(line.as_bytes());
        Ok(())
    }

    /// Appends it in version 2, with its checksum if that is wanted (section 2.2.3). If it is too
    /// long `out` stays as it is.
    pub fn write_v2(&self, out: &mut Vec<u8>, checksum: bool) -> Result<(), WriteError> {
        let mut variable = Vec::new();
        let family = match &self.addresses {
            None => Family::Unspecified as u8,
            Some(addresses) => write_addresses(addresses, &mut variable),
        };
        self.tlvs.write(&mut variable);
        if checksum {
            tlv::put(&mut variable, Tlvs::CRC32C, &[0; 4]);
        }
        let octets = variable.len();
        let length = u16::try_from(octets).map_err(|_| WriteError::TooLong { octets })?;
        let command = match self.command {
            Command::Local => 0x20,
            Command::Proxy => 0x21,
        };
        let [high, low] = length.to_be_bytes();
        let fixed = [SIGNATURE, &[command, family, high, low]].concat();
        if checksum {
            let checksum = crc32c(&[&fixed, &variable]);
            variable.truncate(octets.saturating_sub(4));
            variable.extend_from_slice(&checksum.to_be_bytes());
        }
        out.extend_from_slice(&fixed);
        out.extend_from_slice(&variable);
        Ok(())
    }
}

/// Appends both addresses, and returns the octet that says what they are.
fn write_addresses(addresses: &Addresses, out: &mut Vec<u8>) -> u8 {
    let family = match (&addresses.source, &addresses.destination) {
        (Endpoint::Ip(source), Endpoint::Ip(destination)) => {
            put_ip(source, out);
            put_ip(destination, out);
            out.extend_from_slice(&source.port().to_be_bytes());
            out.extend_from_slice(&destination.port().to_be_bytes());
            if source.is_ipv4() { Family::Inet } else { Family::Inet6 }
        }
        (source, destination) => {
            put_path(source, out);
            put_path(destination, out);
            Family::Unix
        }
    };
    let transport = match addresses.transport {
        Transport::Stream => 1,
        Transport::Datagram => 2,
    };
    (family as u8) << 4 | transport
}

fn put_ip(address: &SocketAddr, out: &mut Vec<u8>) {
    match address {
        SocketAddr::V4(address) => out.extend_from_slice(&address.ip().octets()),
        SocketAddr::V6(address) => out.extend_from_slice(&address.ip().octets()),
    }
}

/// A path, filled up with NUL.
fn put_path(end: &Endpoint, out: &mut Vec<u8>) {
    let path = match end {
        Endpoint::Unix(path) => path.as_ref(),
        Endpoint::Ip(_) => b"",
    };
    let end = out.len().saturating_add(PATH);
    out.extend_from_slice(path);
    out.resize(end, 0);
}
