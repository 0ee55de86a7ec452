use crate::module::module;
use crate::{Error, addition, compressed, digest, page, styles};
use std::fs;
use std::path::PathBuf;

/// A folder with these files, of one test.
fn folder(test: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("bundle-{}-{test}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for (name, content) in files {
        fs::write(folder.join(name), content).unwrap();
    }
    folder
}

fn body(text: &str) -> Result<String, Error> {
    module("m.js", text, |name| Ok(format!("/* {name} */"))).map(|module| module.body)
}

#[test]
fn a_module_becomes_statements_and_a_list_of_its_exports() {
    let text = "// A comment.\n\
        import { a, b as c } from \"./one.js\";\n\
        import {\n  d,\n  e,\n} from \"/page/two.js\";\n\
        import * as three from \"./three.js\";\n\
        import sheet from \"./four.css\" with { type: \"css\" };\n\
        export { f, g as h } from \"./five.js\";\n\
        \n\
        /** Said of\n * more. */\n\
        export const i = 1;\n\
        export async function j(x) {\n  // Inside.\n  return (await import(\"./six.js\")).k(x);\n}\n\
        export class L {}\n\
        const key = () => crypto.importKey(import(\"/try/try.js\"), import(views));\n\
        export default {\n  m: 1,\n};\n";
    let module = module("m.js", text, |name| Ok(format!("style of {name}"))).unwrap();
    let expected = "const { a, b: c } = $use(\"one.js\");\n\
        const { d, e } = $page(\"two.js\");\n\
        const three = $use(\"three.js\");\n\
        const sheet = new CSSStyleSheet();\nsheet.replaceSync(\"style of four.css\");\n\
        const i = 1;\n\
        async function j(x) {\nreturn (await $load(\"six.js\")).k(x);\n}\n\
        class L {}\n\
        const key = () => crypto.importKey($add(\"/try/try.js\"), $add(views));\n\
        const $default = {\nm: 1,\n};\n";
    assert_eq!(module.body, expected);
    let exports: Vec<String> = module.exports.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let of_five = ["f: $use(\"five.js\").f", "h: $use(\"five.js\").g"];
    assert_eq!(exports, [of_five.as_slice(), &["i: i", "j: j", "L: L", "default: $default"]].concat());
}

#[test]
fn a_template_of_several_lines_keeps_its_indentation() {
    let of_lines = "const a = `\n  b\n`;\nif (a) {\n  a();\n}\n";
    assert_eq!(body(of_lines).unwrap(), of_lines);
    assert_eq!(body("if (a) {\n  b(`c`);\n}\n").unwrap(), "if (a) {\nb(`c`);\n}\n");
}

#[test]
fn another_form_fails_with_its_file_and_line() {
    for form in [
        "import \"./effects.js\";",
        "import one from \"./one.js\";",
        "import one, { two } from \"./one.js\";",
        "import { one } from \"one\";",
        "import { one } from './one.js';",
        "import { default as one,, } from \"https://elsewhere.example/one.js\";",
        "import { one } from \"./one.js\"",
        "  import { one } from \"./one.js\";",
        "export * from \"./one.js\";",
        "export { one };",
        "export let one = 1;",
        "export function* one() {}",
        "export const { one } = two;",
        "export default one;",
        "export default function () {}",
        "const here = import.meta.url;",
        "const one = await two();",
        "const one = () => import(\"./\" + two);",
        "const one = () => import(`./one.js`);",
        "const one = () => import(\"/page/one.js\");",
        "const one = () => import(",
    ] {
        let error = body(&format!("// First.\nconst a = 1;\n{form}\n")).unwrap_err().to_string();
        assert!(error.starts_with("m.js:3: ") && error.ends_with(form.trim()), "{form}: {error}");
    }
}

#[test]
fn a_page_gives_its_modules_to_what_is_added() {
    let files = [
        ("start.js", "import { a } from \"./a.js\";\na(() => import(\"./late.js\"));\n"),
        ("a.js", "export const a = (x) => x;\n"),
        ("late.js", "export const late = 1;\n"),
    ];
    let of_page = folder("page", &files);
    let expected = "const $modules = {\n\
        \"a.js\": () => {\nconst a = (x) => x;\nreturn { a };\n},\n\
        \"late.js\": () => {\nconst late = 1;\nreturn { late };\n},\n\
        \"start.js\": () => {\nconst { a } = $use(\"a.js\");\na(() => $load(\"late.js\"));\nreturn {  };\n},\n};\n\
        const $made = {};\n\
        const $use = (name) => ($made[name] ??= $modules[name]());\n\
        const $load = async (name) => $use(name);\n";
    let script = page(&of_page, "start.js").unwrap();
    assert!(script.starts_with(expected) && script.ends_with("export { $use };\n$use(\"start.js\");\n"), "{script}");
    let more = folder("more", &[("more.js", "import { a } from \"/page/a.js\";\nexport const b = a(1);\n")]);
    let added = addition(&more, "more.js", &of_page).unwrap();
    assert!(
        added.starts_with("export default ($page) => {\n") && added.contains("const { a } = $page(\"a.js\");"),
        "{added}"
    );
    assert!(added.ends_with("return $use(\"more.js\");\n};\n"), "{added}");
}

#[test]
fn what_does_not_fit_together_fails() {
    let start = |text: &'static str| ("start.js", text);
    let check = |test: &str, files: &[(&str, &str)], expected: &str| {
        let error = page(&folder(test, files), "start.js").unwrap_err().to_string();
        assert_eq!(error, expected);
    };
    let a = ("a.js", "export const a = 1;\n");
    check("none", &[start("\nimport { a } from \"./b.js\";\n"), a], "start.js:2: there is no module b.js");
    check("name", &[start("import { b } from \"./a.js\";\n"), a], "start.js:1: a.js does not export b");
    check("lone", &[start("const b = 1;\n"), a], "a.js: no module imports it");
    let (b, c) = (("b.js", "import { c } from \"./c.js\";\nexport const b = c;\n"), "import { b } from \"./b.js\";\n");
    let files = [start("import { b } from \"./b.js\";\n"), b, ("c.js", &*format!("{c}export const c = b;\n"))];
    check("round", &files, "b.js: imports itself: b.js, c.js");
}

#[test]
fn styles_are_one_and_each_content_has_its_name() {
    let files = [
        ("a.css", "/* A.\n */\na {\n  color: red;\n}\n"),
        ("b.css", "b { top: 0 }\n"),
        ("print.css", "p { top: 0 }\n"),
    ];
    let folder = folder("styles", &files);
    let all = styles(&folder, &["b.css", "a.css"], &["print.css"]).unwrap();
    assert_eq!(all, "b { top: 0 }\na {\ncolor: red;\n}\n@media print {\np { top: 0 }\n}\n");
    let error = styles(&folder, &["b.css"], &["print.css"]).unwrap_err().to_string();
    assert_eq!(error, "a.css: is not among the styles that are joined");
    assert_eq!(digest("a"), "ca978112ca1bbdcafac231b39a23dc4d");
    let packed = compressed("a");
    assert_eq!(
        (packed.first_chunk(), packed.last_chunk()),
        (Some(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), Some(&[1, 0, 0, 0]))
    );
    assert_eq!(packed.get(packed.len() - 8..packed.len() - 4), Some([0x43, 0xbe, 0xb7, 0xe8].as_slice()));
}
