#![no_main]

libfuzzer_sys::fuzz_target!(|case: smtp_fuzz::operations::Case| case.check());
