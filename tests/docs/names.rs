//! Every Rust path on `docs/from-rogue.md` exists: each is used here, and the page names just these.

use super::page::Page;
use std::collections::BTreeSet;

/// Uses each path, and makes the list of their texts. Types, traits and macros by `use`; functions by taking
/// them as values (`fn`), with their types where they are generic; those of a generic type (`on`) by a full type;
/// those of a trait (`of`) by an implementor.
macro_rules! paths {
    (
        use { $($($item:ident)::+),* $(,)? }
        fn { $($($function:ident)::+ $([$of:ty])?),* $(,)? }
        on { $($($base:ident)::+ => $on:ident for $full:ty),* $(,)? }
        of { $($($tr:ident)::+ => $method:ident for $implementor:ty),* $(,)? }
    ) => {
        #[allow(unused_imports)]
        mod used { $(use $($item)::+ as _;)* }

        fn listed() -> BTreeSet<String> {
            $(let _ = $($function)::+ $(::<$of>)?;)*
            $(let _ = <$full>::$on;)*
            $(let _ = <$implementor as $($tr)::+>::$method;)*
            let items = [$(stringify!($($item)::+)),*];
            let functions = [$(stringify!($($function)::+)),*];
            let generic = [$(concat!(stringify!($($base)::+), "::", stringify!($on))),*];
            let methods = [$(concat!(stringify!($($tr)::+), "::", stringify!($method))),*];
            let all = items.iter().chain(&functions).chain(&generic).chain(&methods);
            all.map(|path| path.replace(' ', "")).collect()
        }
    };
}

/// Implements the traits whose methods are named.
struct Module;
impl rogue_sdk::Module for Module {
    type Params = rogue_sdk::params::NoParams;
    const CARD: rogue_sdk::card::Card = rogue_sdk::card::Card::sink("named");
    fn new(_: Self::Params, _: &rogue_sdk::Node) -> rogue_sdk::Result<Self> {
        Ok(Module)
    }
}
impl rogue_sdk::Sink for Module {
    fn accept(&mut self, _: rogue_sdk::Frame, _: &rogue_sdk::Context<'_>) -> rogue_sdk::Result<()> {
        Ok(())
    }
}
impl rogue_sdk::Transform for Module {
    fn accept(
        &mut self,
        _: rogue_sdk::Frame,
        _: &mut rogue_sdk::Out<'_>,
        _: &rogue_sdk::Context<'_>,
    ) -> rogue_sdk::Result<()> {
        Ok(())
    }
}
impl rogue_sdk::Take for Module {
    fn accept(
        &mut self,
        _: rogue_sdk::Frame,
        _: &rogue_sdk::Context<'_>,
    ) -> rogue_sdk::Result<rogue_sdk::Accepted> {
        Ok(rogue_sdk::Accepted::Taken)
    }
}

paths! {
    use {
        rogue_sdk::Source,
        rogue_sdk::Transform,
        rogue_sdk::Sink,
        rogue_sdk::Endpoint,
        rogue_sdk::Take,
        rogue_sdk::Give,
        rogue_sdk::Accepted,
        rogue_sdk::Error,
        rogue_sdk::Result,
        rogue_sdk::frame::Frame,
        rogue_sdk::frame::Buffer,
        rogue_sdk::frame::BufferMut,
        rogue_sdk::frame::Reader,
        rogue_sdk::frame::Writer,
        rogue_sdk::frame::FrameError,
        rogue_sdk::log,
        rogue_sdk::log::error,
        rogue_sdk::log::warn,
        rogue_sdk::log::info,
        rogue_sdk::log::debug,
    }
    fn {
        rogue_sdk::Out::request,
        rogue_sdk::Out::request_for,
        rogue_sdk::Out::send,
        rogue_sdk::Out::send_to,
        rogue_sdk::Out::links,
        rogue_sdk::Node::request,
        rogue_sdk::Node::request_local,
        rogue_sdk::Node::links,
        rogue_sdk::Node::counter,
        rogue_sdk::Node::wake_take,
        rogue_sdk::Node::set_pool,
        rogue_sdk::Node::forward_requests,
        rogue_sdk::Node::wrap,
        rogue_sdk::card::Card::log,
        rogue_sdk::frame::Frame::share,
        rogue_sdk::frame::Frame::slice,
        rogue_sdk::frame::Frame::append,
        rogue_sdk::frame::Frame::extend,
        rogue_sdk::frame::Frame::clear,
        rogue_sdk::frame::Frame::ensure_single_buffer,
        rogue_sdk::frame::Frame::size,
        rogue_sdk::frame::Frame::payload,
        rogue_sdk::frame::Frame::available,
        rogue_sdk::frame::Frame::buffer_count,
        rogue_sdk::frame::Frame::is_empty,
        rogue_sdk::frame::Frame::set_payload,
        rogue_sdk::frame::Frame::min_payload,
        rogue_sdk::frame::Frame::adjust_payload,
        rogue_sdk::frame::Frame::set_payload_full,
        rogue_sdk::frame::Frame::set_payload_empty,
        rogue_sdk::frame::Frame::channel,
        rogue_sdk::frame::Frame::set_channel,
        rogue_sdk::frame::Frame::error,
        rogue_sdk::frame::Frame::set_error,
        rogue_sdk::frame::Frame::flags,
        rogue_sdk::frame::Frame::set_flags,
        rogue_sdk::frame::Frame::first_user,
        rogue_sdk::frame::Frame::last_user,
        rogue_sdk::frame::Frame::set_first_user,
        rogue_sdk::frame::Frame::set_last_user,
        rogue_sdk::frame::Frame::or_first_user,
        rogue_sdk::frame::Frame::or_last_user,
        rogue_sdk::frame::Frame::copy_metadata,
        rogue_sdk::frame::Frame::stamp_ns,
        rogue_sdk::frame::Frame::buffers,
        rogue_sdk::frame::Frame::buffer,
        rogue_sdk::frame::Frame::buffer_mut,
        rogue_sdk::frame::Frame::read,
        rogue_sdk::frame::Frame::write,
        rogue_sdk::frame::Frame::to_vec,
        rogue_sdk::frame::Frame::contiguous,
        rogue_sdk::frame::Frame::reader,
        rogue_sdk::frame::Frame::writer,
        rogue_sdk::frame::Frame::accessor[u32],
        rogue_sdk::frame::Frame::accessor_mut[u32],
        rogue_sdk::frame::Buffer::size,
        rogue_sdk::frame::Buffer::payload,
        rogue_sdk::frame::Buffer::available,
        rogue_sdk::frame::Buffer::raw_size,
        rogue_sdk::frame::Buffer::head_room,
        rogue_sdk::frame::Buffer::tail_room,
        rogue_sdk::frame::Buffer::bytes,
        rogue_sdk::frame::Buffer::meta,
        rogue_sdk::frame::BufferMut::adjust_header,
        rogue_sdk::frame::BufferMut::zero_header,
        rogue_sdk::frame::BufferMut::adjust_tail,
        rogue_sdk::frame::BufferMut::zero_tail,
        rogue_sdk::frame::BufferMut::room_mut,
        rogue_sdk::frame::BufferMut::set_payload,
        rogue_sdk::frame::BufferMut::min_payload,
        rogue_sdk::frame::BufferMut::adjust_payload,
        rogue_sdk::frame::BufferMut::set_payload_full,
        rogue_sdk::frame::BufferMut::set_payload_empty,
        rogue_sdk::frame::Reader::number[u32],
        rogue_sdk::frame::Reader::advance,
        rogue_sdk::frame::Reader::seek,
        rogue_sdk::frame::Reader::position,
        rogue_sdk::frame::Reader::remaining,
        rogue_sdk::frame::Reader::chunk,
        rogue_sdk::frame::Reader::fill,
        rogue_sdk::frame::Reader::copy_to,
        rogue_sdk::frame::Reader::accessor[u32],
        rogue_sdk::frame::Writer::put,
        rogue_sdk::frame::Writer::put_number[u32],
    }
    on {
        rogue_sdk::frame::Accessor => get for rogue_sdk::frame::Accessor<'_, u32>,
        rogue_sdk::frame::Accessor => iter for rogue_sdk::frame::Accessor<'_, u32>,
        rogue_sdk::frame::Accessor => len for rogue_sdk::frame::Accessor<'_, u32>,
        rogue_sdk::frame::AccessorMut => set for rogue_sdk::frame::AccessorMut<'_, u32>,
    }
    of {
        rogue_sdk::Module => new for Module,
        rogue_sdk::Module => start for Module,
        rogue_sdk::Module => stop for Module,
        rogue_sdk::Transform => accept for Module,
        rogue_sdk::Sink => accept for Module,
        rogue_sdk::Take => accept for Module,
    }
}

#[test]
fn every_rust_path_on_from_rogue_exists() {
    let page = Page::read("docs/from-rogue.md");
    let named: BTreeSet<String> =
        page.code().into_iter().filter(|code| code.starts_with("rogue_sdk::")).collect();
    let listed = listed();
    assert_eq!(named.difference(&listed).collect::<Vec<_>>(), [""; 0], "not used in this test");
    assert_eq!(listed.difference(&named).collect::<Vec<_>>(), [""; 0], "not on the page");
}
