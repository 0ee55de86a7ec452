//! The page's files, and the headers of every answer.

use crate::service::{Answer, Client, Service, check_headers};
use miniz_oxide::inflate::decompress_to_vec;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;
use web::sign_in::{SignIn, SignInConfig};

const OF_ANOTHER_RELEASE: &str = "0123456789abcdef0123456789abcdef";

fn sign_in() -> SignInConfig {
    let [issuer, client_id, scope] = ["https://issuer.example/", "page", "openid"].map(str::to_owned);
    SignInConfig { issuer, client_id, scope, audience: None }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("page")
}

/// The part of a document between two others.
fn between<'a>(document: &'a str, before: &str, after: &str) -> &'a str {
    document.split_once(before).unwrap().1.split_once(after).unwrap().0
}

fn configured(document: &str) -> Value {
    serde_json::from_str(between(document, "<script type=\"application/json\" id=\"config\">", "</script>")).unwrap()
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.get(name).map(|value| value.to_str().unwrap())
}

/// The file as a browser gets it, which keeps it, and as others do.
async fn bundle(nobody: &Client, path: &str, content_type: &str) -> String {
    let packed = nobody.send("GET", path, &[("accept-encoding", "br, gzip")], String::new()).await;
    let plain = nobody.get(path).await;
    for (answer, encoding) in [(&packed, Some("gzip")), (&plain, None)] {
        assert_eq!((answer.status, header(answer, "content-encoding")), (200, encoding), "{path}");
        assert_eq!(header(answer, "content-type"), Some(content_type), "{path}");
        assert_eq!(header(answer, "cache-control"), Some("public, max-age=31536000, immutable"), "{path}");
        check_headers(answer, path);
    }
    assert_eq!(decompress_to_vec(&packed.body[10..packed.body.len() - 8]).unwrap(), plain.body, "{path}");
    let other = format!("/page/{OF_ANOTHER_RELEASE}.{}", path.rsplit_once('.').unwrap().1);
    let other = nobody.get(&other).await;
    assert_eq!((other.status, header(&other, "cache-control")), (200, Some("no-store")), "{path}");
    assert_eq!(other.body, plain.body, "{path}");
    plain.text
}

#[tokio::test]
async fn the_page_is_a_document_a_script_and_a_style() {
    let service = Service::with_page(SignIn::none(), [Some("/try"), Some("/closings/page/")]);
    let nobody = service.as_nobody();
    let document = nobody.get("/").await;
    assert_eq!(document.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(header(&document, "cache-control"), Some("max-age=10"));
    assert_eq!(header(&document, "no-vary-search"), Some("params"));
    check_headers(&document, "/");
    let known = [("if-none-match", header(&document, "etag").unwrap())];
    let again = nobody.send("GET", "/?code=x&state=y", &known, String::new()).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    let text = &document.text;
    assert_eq!(text.matches("\"/page/").count(), 2, "{text}");
    let [script, style] = [("src=\"", ".js"), ("stylesheet\" href=\"", ".css")].map(|(before, kind)| {
        let path = between(text, before, "\"");
        assert!(path.starts_with("/page/") && path.ends_with(kind), "{path}");
        path
    });
    let script = bundle(&nobody, script, "text/javascript; charset=utf-8").await;
    let style = bundle(&nobody, style, "text/css; charset=utf-8").await;
    for file in std::fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let is_served = ["icon.svg", "oauth4webapi-LICENSE.md"].contains(&name.as_str());
        assert_eq!(nobody.get(&format!("/page/{name}")).await.status, if is_served { 200 } else { 404 }, "{name}");
        assert_eq!(
            script.contains(&format!("{name:?}: () => {{")),
            name.split('.').next_back() == Some("js"),
            "{name}"
        );
    }
    assert!(style.contains("@media print {") && !style.contains("/*"));
    for path in ["/page/..", "/page/%2e%2e", "/page/./icon.svg", "/page/icon.svg%00", "/page/ICON.SVG", "/page/"] {
        assert_eq!(nobody.get(path).await.status, 404, "{path}");
    }
    for name in [format!("{OF_ANOTHER_RELEASE}.svg"), format!("{OF_ANOTHER_RELEASE}0.js"), OF_ANOTHER_RELEASE.into()] {
        assert_eq!(nobody.get(&format!("/page/{name}")).await.status, 404, "{name}");
    }
}

#[tokio::test]
async fn the_document_has_the_configuration() {
    let service = Service::with_page(SignIn::none(), [Some("/try"), Some("/closings/page/")]);
    let nobody = service.as_nobody();
    let config = nobody.get("/config.json").await;
    check_headers(&config, "/config.json");
    let views = config.json["views"].as_str().unwrap();
    assert_eq!(between(views, "/closings/page/", ".js").len(), 32);
    assert_eq!(config.json, json!({"sign_in": null, "try_url": "/try", "views": views}));
    assert_eq!(configured(&nobody.get("/").await.text), config.json);

    let scope = "openid </script><script>".to_owned();
    let service = Service::with_page(SignIn::at(SignInConfig { scope: scope.clone(), ..sign_in() }, None), [None; 2]);
    let expected = json!({"issuer": "https://issuer.example/", "client_id": "page", "scope": scope, "audience": null});
    let config = service.as_nobody().get("/config.json").await;
    assert_eq!(config.json, json!({"sign_in": expected, "try_url": null, "views": null}));
    assert_eq!(configured(&service.as_nobody().get("/").await.text), config.json);
    let policy = config.headers["content-security-policy"].to_str().unwrap();
    for part in ["connect-src 'self' https://issuer.example;", "form-action 'self' https://issuer.example;"] {
        assert!(policy.contains(part), "{policy}");
    }
}

/// `UPDATE_GENERATED=1 cargo test --test api pages` writes the file again.
#[test]
fn the_names_of_codes_are_those_of_the_rules() {
    let mut made =
        "// The names of kinds, models, reasons and anomalies in both languages, as `texts` has them. Written by\n\
        // `UPDATE_GENERATED=1 cargo test --test api pages`.\n\nexport default [\n"
            .to_owned();
    for (group, code, text) in texts::names::all() {
        let [fr, en] = [text.fr, text.en].map(|text| json!(text));
        writeln!(made, "  {{ group: {group:?}, code: {code:?}, text: {{ fr: {fr}, en: {en} }} }},").unwrap();
    }
    made.push_str("];\n");
    let file = folder().join("codes.js");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    let checked_in = std::fs::read_to_string(&file).unwrap();
    assert!(checked_in == made, "codes.js is not what the texts say: refresh it with UPDATE_GENERATED=1");
}
