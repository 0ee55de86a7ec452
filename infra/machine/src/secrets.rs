//! Secrets: made at the first start, kept in the data folder for its owner alone.

use std::fs::{self, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The secret in a file, which is made if there is none.
pub fn kept(file: &Path, make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
    match fs::read(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        read => return read,
    }
    let secret = make()?;
    // Renamed when it is whole: a start that is stopped halfway leaves nothing that the next one would trip over.
    let unfinished = file.with_extension("unfinished");
    let mut open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    open.write_all(&secret)?;
    open.sync_all()?;
    fs::rename(&unfinished, file)?;
    Ok(secret)
}

/// Random letters and digits.
pub fn password(length: usize) -> Result<Vec<u8>> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789Zz";
    let mut random = vec![0; length];
    aws_lc_rs::rand::fill(&mut random).map_err(Error::other)?;
    Ok(random.into_iter().filter_map(|byte| LETTERS.get(usize::from(byte % 64)).copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_secret_is_made_once_and_nobody_else_reads_it() {
        let folder = std::env::temp_dir().join(format!("secrets-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("secret");
        let made = kept(&file, || password(64)).unwrap();
        assert_eq!((made.len(), made.is_ascii()), (64, true));
        assert_eq!(kept(&file, || Err(Error::other("made twice"))).unwrap(), made);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_ne!(password(64).unwrap(), made);
        fs::remove_dir_all(&folder).unwrap();
    }
}
