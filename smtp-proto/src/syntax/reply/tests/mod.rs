mod meaning;
mod read;
mod status;
mod write;
