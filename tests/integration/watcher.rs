//! A watcher between functions and the services they call. It is notified of each request once there is an answer, and
//! before the function has it.

use harness::binaries;
use local::HOST;
use serde_json::Value;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Makes a folder of programs that sends these functions past the watcher: a function's name and its original target
/// become the path that it calls. All other programs are unchanged.
pub(crate) fn past(watcher: &str, folder: &Path, functions: &[&str]) {
    std::fs::create_dir(folder).unwrap();
    for program in std::fs::read_dir(binaries()).unwrap().map(|entry| entry.unwrap().path()) {
        symlink(&program, folder.join(program.file_name().unwrap())).unwrap();
    }
    for function in functions {
        let via = format!("http://{watcher}/$AWS_LAMBDA_FUNCTION_NAME");
        let script = format!(
            "#!/bin/sh\n\
             export AWS_ENDPOINT_URL_DYNAMODB=\"{via}/${{AWS_ENDPOINT_URL_DYNAMODB#http://}}\"\n\
             export AWS_ENDPOINT_URL_SQS=\"{via}/${{AWS_ENDPOINT_URL_SQS#http://}}\"\n\
             exec '{}'\n",
            binaries().join(function).display()
        );
        std::fs::remove_file(folder.join(function)).unwrap();
        std::fs::write(folder.join(function), script).unwrap();
        std::fs::set_permissions(folder.join(function), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Starts a watcher, and returns its address. It is notified of the function's name, the operation and the request.
pub(crate) async fn start(told: impl Fn(&str, &str, &Value) + Send + Sync + 'static) -> String {
    let watcher = TcpListener::bind((HOST, 0)).await.unwrap();
    let address = watcher.local_addr().unwrap().to_string();
    let told = Arc::new(told);
    tokio::spawn(async move {
        while let Ok((client, _)) = watcher.accept().await {
            tokio::spawn(pass_on(client, Arc::clone(&told)));
        }
    });
    address
}

/// Passes one request on to the target in its path.
async fn pass_on(client: TcpStream, told: Arc<impl Fn(&str, &str, &Value)>) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        client.read_line(&mut line).await?;
        match line.trim_end() {
            "" if lines.is_empty() => return Ok(()),
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let header = |name: &str| {
        let values = lines.iter().skip(1).filter_map(|line| line.split_once(':'));
        let mut values =
            values.filter(|(of, _)| of.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned());
        values.next().unwrap_or_default()
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    client.read_exact(&mut body).await?;
    let path: Vec<&str> = lines[0].split(['/', ' ']).collect();
    let (function, target) = (path[2], path[3]);
    let mut service = TcpStream::connect(target).await?;
    let kept = lines.iter().skip(1).filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head = ["POST / HTTP/1.1", "connection: close"].into_iter().chain(kept.map(String::as_str)).chain(["", ""]);
    service.write_all(head.collect::<Vec<_>>().join("\r\n").as_bytes()).await?;
    service.write_all(&body).await?;
    let mut answer = Vec::new();
    service.read_to_end(&mut answer).await?;
    let operation = header("x-amz-target");
    told(
        function,
        operation.split('.').next_back().unwrap_or_default(),
        &serde_json::from_slice(&body).unwrap_or_default(),
    );
    let mut client = client.into_inner();
    client.write_all(&answer).await?;
    client.shutdown().await
}
