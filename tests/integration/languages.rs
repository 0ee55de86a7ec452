//! The reason of a refused message is in the language of the request.

use events::EventType::SaleSigned;
use harness::running::Running;

#[tokio::test(flavor = "multi_thread")]
async fn why_a_message_was_refused_is_listed_in_both_languages() {
    let running = Running::start().await;
    running.send_raw(SaleSigned, &["{".to_owned()]).await;
    running.wait_until_idle().await;
    for (language, reason) in
        [("fr", "n'est pas du JSON, ligne 1, colonne 1"), ("en", "is not JSON at line 1, column 1")]
    {
        let listed = running.get(&format!("/attention?lang={language}")).await;
        assert_eq!(listed["items"][0]["reason"], reason);
        assert_eq!(listed["items"][0]["function"], "sale-signed");
    }
    assert_eq!(running.dead_letters().await.len(), 1);
    running.stack.stop().await;
}
