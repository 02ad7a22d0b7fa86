#![no_main]

libfuzzer_sys::fuzz_target!(|case: smtp_fuzz::driver::Case<'_>| case.check());
