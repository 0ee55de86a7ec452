//! The files that are compiled in: the page's, and the description of the API. `build.rs` makes most of them.

use miniz_oxide::inflate::decompress_to_vec_zlib;
use std::sync::LazyLock;
use web::static_files::Bundle;

// `SCRIPT_NAME`, `STYLE_NAME`, `VIEWS_NAME` (the script of closing's views), and the document before and after its
// configuration: `BEFORE_CONFIG`, `AFTER_CONFIG`.
include!(concat!(env!("OUT_DIR"), "/page.rs"));

pub(crate) const SCRIPT: Bundle = Bundle {
    name: SCRIPT_NAME,
    content_type: "text/javascript; charset=utf-8",
    gzip: include_bytes!(concat!(env!("OUT_DIR"), "/script.gz")),
};
pub(crate) const STYLE: Bundle = Bundle {
    name: STYLE_NAME,
    content_type: "text/css; charset=utf-8",
    gzip: include_bytes!(concat!(env!("OUT_DIR"), "/style.gz")),
};
pub(crate) const ICON: (&str, &[u8]) = ("icon.svg", include_bytes!("../page/icon.svg"));
/// The licence of the library in the script.
pub(crate) const LICENSE: (&str, &[u8]) =
    ("oauth4webapi-LICENSE.md", include_bytes!("../page/oauth4webapi-LICENSE.md"));

/// The description of the API, which is made from the types of this crate and checked in (`openapi.rs`).
pub(crate) static DESCRIPTION: LazyLock<Option<Vec<u8>>> =
    LazyLock::new(|| decompress_to_vec_zlib(include_bytes!(concat!(env!("OUT_DIR"), "/openapi.z"))).ok());
