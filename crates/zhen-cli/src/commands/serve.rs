//! `zhen serve`.

use std::path::Path;

use crate::args::ServeArgs;
use crate::failure::{Failure, Outcome};
use crate::settings::Settings;

/// Where the demo is served.
pub(super) const USUAL_ADDRESS: &str = "127.0.0.1:7700";

pub(crate) fn run(args: &ServeArgs, settings: &Settings) -> Result<Outcome, Failure> {
    serve(&settings.index_dir()?, &args.addr, settings)
}

pub(super) fn serve(dir: &Path, addr: &str, settings: &Settings) -> Result<Outcome, Failure> {
    let _ = (dir, addr, settings);
    Err(Failure::Usage("not yet".to_owned()))
}
