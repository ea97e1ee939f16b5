//! What may go to another thread: frames. What may not: what belongs to a call.

use rogue_sdk::{Context, Counter, Frame, Gauge, Node, Out, bench::Bench};

fn goes_anywhere<T: Send + 'static>() {}

/// Frames, nodes and what nodes give out go anywhere.
#[test]
fn frames_and_nodes_are_send() {
    goes_anywhere::<Frame>();
    goes_anywhere::<Node>();
    goes_anywhere::<Counter>();
    goes_anywhere::<Gauge>();
    goes_anywhere::<Bench>();
}

/// Two ways to be answered make the question ambiguous, so that the test below compiles for types that are not `Send`
/// and for no others.
trait AmbiguousIfSend<Way> {
    fn is_not_send() {}
}
impl<T: ?Sized> AmbiguousIfSend<()> for T {}
impl<T: ?Sized + Send> AmbiguousIfSend<u8> for T {}

/// `Out` and `Context` stay on the thread of the call. (That they end with it is an example that must not compile,
/// beside each.)
#[test]
fn what_belongs_to_a_call_is_not_send() {
    <Out<'static> as AmbiguousIfSend<_>>::is_not_send();
    <Context<'static> as AmbiguousIfSend<_>>::is_not_send();
}
