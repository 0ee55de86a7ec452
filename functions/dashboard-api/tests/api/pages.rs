//! The page's files, and the headers of every answer.

use crate::service::{Service, check_headers};
use serde_json::json;
use web::sign_in::{SignIn, SignInConfig};

fn sign_in() -> SignInConfig {
    let [issuer, client_id, scope] = ["https://issuer.example/", "page", "openid"].map(str::to_owned);
    SignInConfig { issuer, client_id, scope, audience: None }
}

#[tokio::test]
async fn the_page_is_served_whole_and_nothing_else_is() {
    let service = Service::with_page(SignIn::none(), [Some("/try"), Some("/closings/page/closing.js")]);
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
            "md" => (format!("/page/{name}"), "text/markdown; charset=utf-8"),
            other => unreachable!("{other}"),
        };
        let answer = nobody.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        if content_type.starts_with("text/javascript") && name != "oauth4webapi.js" {
            // A script is served without its comments, and with all the rest.
            let (served, script) = (str::from_utf8(&answer.body).unwrap(), str::from_utf8(&content).unwrap());
            let is_code =
                |line: &&str| !["//", "/*", "* ", "*/"].iter().any(|mark| line.trim_start().starts_with(mark));
            let code: Vec<&str> = script.lines().filter(is_code).filter(|line| *line != " *").collect();
            assert_eq!(served.lines().collect::<Vec<_>>(), code, "{path}");
        } else {
            assert_eq!(answer.body, content, "{path}");
        }
        assert_eq!(answer.headers["content-type"], content_type, "{path}");
        check_headers(&answer, &path);
        let tag = [("if-none-match", answer.headers["etag"].to_str().unwrap())];
        let again = nobody.send("GET", &path, &tag, String::new()).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        check_headers(&again, &path);
        count += 1;
    }
    assert!(count > 30, "{count}");
    // Dots in a path are names as any other.
    let dots = ["/page/..", "/page/%2e%2e", "/page/./app.js", "/page/../page/app.js", "/page/..%2Fsrc%2Fmain.rs"];
    for path in dots.into_iter().chain(["/page/index.html", "/page/app.js%00", "/page/APP.JS", "/page/"]) {
        assert_eq!(nobody.get(path).await.status, 404, "{path}");
    }
    let config = nobody.get("/config.json").await;
    assert_eq!(config.json, json!({"sign_in": null, "try_url": "/try", "views": "/closings/page/closing.js"}));
    check_headers(&config, "/config.json");
    let names = nobody.get("/page/names.json").await;
    for (group, code, en, fr) in
        [("model", "referrer", "Referrer", "Prescripteur"), ("kinds", "entry-fee", "Entry fees", "Droits d’entrée")]
    {
        let expected = json!({"group": group, "code": code, "text": {"fr": fr, "en": en}});
        assert!(names.json.as_array().unwrap().contains(&expected), "{expected}");
    }
    check_headers(&names, "/page/names.json");
    let service = Service::with_page(SignIn::at(sign_in(), None), [None; 2]);
    let expected =
        json!({"issuer": "https://issuer.example/", "client_id": "page", "scope": "openid", "audience": null});
    let config = service.as_nobody().get("/config.json").await;
    assert_eq!(config.json, json!({"sign_in": expected, "try_url": null, "views": null}));
    let policy = config.headers["content-security-policy"].to_str().unwrap();
    for part in ["connect-src 'self' https://issuer.example;", "form-action 'self' https://issuer.example;"] {
        assert!(policy.contains(part), "{policy}");
    }
}
