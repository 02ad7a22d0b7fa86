mod meaning;
mod read;
mod write;
