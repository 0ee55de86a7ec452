//! Folders and files that only their owner may read.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Result, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

const FOLDER: u32 = 0o700;
const FILE: u32 = 0o600;

/// Names that a run creates in a data folder.
const FILES: [&str; 9] = [
    "addresses.json",
    "lock",
    "world",
    "token-key.pk8",
    "token-key.unfinished",
    "dynamodb.sqlite",
    "dynamodb.sqlite-wal",
    "dynamodb.sqlite-shm",
    "dynamodb.sqlite-journal",
];
const FOLDERS: [&str; 2] = ["logs", "secrets"];

/// Makes a folder, and those above it, unless they are there.
pub fn folder(path: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER).create(path)
}

/// Opens a file at its end; makes it if there is none.
pub fn append(path: &Path) -> Result<File> {
    OpenOptions::new().create(true).append(true).mode(FILE).open(path)
}

/// Writes a file.
pub fn write(path: &Path, text: &str) -> Result<()> {
    OpenOptions::new().create(true).write(true).truncate(true).mode(FILE).open(path)?.write_all(text.as_bytes())
}

/// Restricts the files of earlier runs in a data folder to their owner, and the folder itself if it holds nothing else.
pub fn tighten(data: &Path) -> Result<()> {
    for name in FILES {
        set(&data.join(name), FILE)?;
    }
    for name in FOLDERS {
        let folder = data.join(name);
        set(&folder, FOLDER)?;
        match fs::read_dir(&folder) {
            Ok(files) => files.into_iter().try_for_each(|file| set(&file?.path(), FILE))?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    for entry in fs::read_dir(data)? {
        let name = entry?.file_name();
        if !FILES.iter().chain(&FOLDERS).any(|ours| name == *ours) {
            return Ok(());
        }
    }
    set(data, FOLDER)
}

/// Sets the permissions of a file that exists. A link is not followed: its target may be anywhere.
fn set(path: &Path, mode: u32) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_symlink() || there.permissions().mode() & 0o777 == mode => Ok(()),
        Ok(_) => fs::set_permissions(path, Permissions::from_mode(mode)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_ours_is_left_as_it_is() {
        let data = std::env::temp_dir().join(format!("private-{}", std::process::id()));
        fs::create_dir_all(data.join("logs")).unwrap();
        let mode = |name: &str| fs::metadata(data.join(name)).unwrap().permissions().mode() & 0o777;
        let loosen =
            |name: &str, mode: u32| fs::set_permissions(data.join(name), Permissions::from_mode(mode)).unwrap();
        for name in ["world", "dynamodb.sqlite-wal", "logs/totals.log", "letter"] {
            fs::write(data.join(name), "").unwrap();
            loosen(name, 0o644);
        }
        loosen("", 0o755);
        loosen("logs", 0o755);
        tighten(&data).unwrap();
        assert_eq!(["world", "dynamodb.sqlite-wal", "logs/totals.log", "logs"].map(mode), [0o600, 0o600, 0o600, 0o700]);
        assert_eq!(["letter", ""].map(mode), [0o644, 0o755]);
        fs::remove_file(data.join("letter")).unwrap();
        tighten(&data).unwrap();
        assert_eq!(mode(""), 0o700);
        fs::remove_dir_all(&data).unwrap();
    }
}
