//! The sample worlds through the running stack.

use fixtures::world::World;
use harness::running::Running;

async fn in_the_order_given(world: World) {
    let running = Running::start().await;
    running.register(&world).await;
    running.take_in(&world.events).await;
    running.check(&world).await;
    assert_eq!(running.dead_letters().await, []);
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_world_in_the_order_given() {
    in_the_order_given(World::sample()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_edges_in_an_order_that_hurts() {
    in_the_order_given(World::edges()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_world_of_supplements_and_free_years() {
    in_the_order_given(World::supplements()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_worlds_in_twenty_orders_with_a_third_of_the_messages_twice() {
    let world = World::all();
    for seed in 0..20 {
        let running = Running::start().await;
        running.register(&world).await;
        running.take_in(&world.shuffled(seed)).await;
        running.check(&world).await;
        assert_eq!(running.dead_letters().await, [], "seed {seed}");
        running.stack.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn partners_registered_after_their_sales_are_owed_the_same() {
    let world = World::all();
    let running = Running::start().await;
    running.take_in(&world.shuffled(100)).await;
    running.register(&world).await;
    running.wait_until_idle().await;
    running.check(&world).await;
    running.stack.stop().await;
}
