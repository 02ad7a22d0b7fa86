#![no_main]

libfuzzer_sys::fuzz_target!(|case: smtp_fuzz::stuffing::Case<'_>| case.check());
