//! The page's files, and the headers of every answer.

use crate::service::{Service, check_headers};
use serde_json::json;

#[tokio::test]
async fn the_page_is_served_whole_and_nothing_else_is() {
    let service = Service::with_urls(Some("https://sign-in.example/"), Some("/try"));
    let nobody = service.as_nobody();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
    let mut count = 0;
    for file in std::fs::read_dir(&folder).unwrap() {
        let (name, content) = (file.as_ref().unwrap().file_name(), std::fs::read(file.unwrap().path()).unwrap());
        let name = name.to_str().unwrap();
        let (path, content_type) = match name.rsplit_once('.').unwrap().1 {
            "html" => ("/".to_owned(), "text/html; charset=utf-8"),
            "js" => (format!("/page/{name}"), "text/javascript; charset=utf-8"),
            "css" => (format!("/page/{name}"), "text/css; charset=utf-8"),
            "svg" => (format!("/page/{name}"), "image/svg+xml"),
            other => unreachable!("{other}"),
        };
        let answer = nobody.get(&path).await;
        assert_eq!((answer.status, answer.body.as_ref()), (200, content.as_slice()), "{path}");
        assert_eq!(answer.headers["content-type"], content_type, "{path}");
        check_headers(&answer, &path);
        let tag = [("if-none-match", answer.headers["etag"].to_str().unwrap())];
        let again = nobody.send("GET", &path, &tag, String::new()).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        check_headers(&again, &path);
        count += 1;
    }
    assert!(count > 30, "{count}");
    for path in ["/page/index.html", "/page/..%2Fsrc%2Fmain.rs", "/page/app.js%00", "/page/APP.JS"] {
        assert_eq!(nobody.get(path).await.status, 404, "{path}");
    }
    // Dots are resolved before the function routes: from here they lead to the page, and nowhere else.
    let index = std::fs::read(folder.join("index.html")).unwrap();
    assert_eq!(nobody.get("/page/%2e%2e").await.body.as_ref(), index);
    let config = nobody.get("/config.json").await;
    assert_eq!(config.json, json!({"sign_in_url": "https://sign-in.example/", "try_url": "/try"}));
    check_headers(&config, "/config.json");
    let names = nobody.get("/page/names.json").await;
    for (group, code, en, fr) in
        [("model", "referrer", "Referrer", "Prescripteur"), ("kinds", "entry-fee", "Entry fees", "Droits d’entrée")]
    {
        let expected = json!({"group": group, "code": code, "text": {"fr": fr, "en": en}});
        assert!(names.json.as_array().unwrap().contains(&expected), "{expected}");
    }
    check_headers(&names, "/page/names.json");
    let service = Service::start();
    assert_eq!(service.get("/config.json").await, json!({"sign_in_url": null, "try_url": null}));
}
