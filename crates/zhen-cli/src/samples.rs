//! The sample documents, which the program carries.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Names and contents, sorted by name.
static SAMPLES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/samples.rs"));

/// Where the samples lie in the project's own folder.
const OWN_FOLDER: &str = "data/samples";

/// The samples as files: those of the project where it is the working folder, else copies in
/// `folder`, which are written anew. Other files there are left alone, and not listed.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let own = Path::new(OWN_FOLDER);
    // Another project may well have a folder of that name.
    if SAMPLES.iter().all(|(name, _)| own.join(name).is_file()) {
        return Ok(SAMPLES.iter().map(|(name, _)| own.join(name)).collect());
    }
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        |cause| Failure::File { doing: "write", path, cause, mend: "make room or mend its rights" }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut files = Vec::new();
    for (name, content) in SAMPLES {
        let path = folder.join(name);
        std::fs::write(&path, content).map_err(failed(&path))?;
        files.push(path);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_carries_the_samples_and_nothing_about_them() {
        let names: Vec<_> = SAMPLES.iter().map(|(name, _)| *name).collect();
        assert!(names.contains(&"china-pakistan-relations.txt"));
        assert!(names.contains(&"two-libraries.gb18030.txt"));
        assert!(!names.iter().any(|name| name.starts_with(['.', 'R', 'S'])), "{names:?}");
    }

    #[test]
    fn copies_are_what_the_program_carries() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("samples");
        for file in files(&folder).unwrap() {
            let name = file.file_name().unwrap().to_str().unwrap();
            let (_, content) = SAMPLES.iter().find(|(known, _)| *known == name).unwrap();
            assert_eq!(std::fs::read(&file).unwrap(), *content, "{name}");
        }
    }
}
