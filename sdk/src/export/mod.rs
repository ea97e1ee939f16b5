//! How a module's source becomes a plugin or a component: [`crate::export_module!`], and what it exports.

pub(crate) mod call;
#[cfg(not(target_family = "wasm"))]
pub mod native;
#[cfg(target_family = "wasm")]
pub mod wasm;

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    if let Some(text) = panic.downcast_ref::<&str>() {
        text
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text
    } else {
        "a panic without a text"
    }
}

/// Makes the plugin of a crate: one or more modules with their shapes. To be called once, in a crate of type
/// `cdylib`. For a `wasm` target it makes a component of the same source.
///
/// ```ignore
/// export_module!(PrbsSource: Source, PrbsCheck: Sink);
/// ```
#[cfg(not(target_family = "wasm"))]
#[macro_export]
macro_rules! export_module {
    ($($module:ty : $shape:ident),+ $(,)?) => {
        const _: () = {
            use $crate::export::native as __n;

            const CARDS: &[$crate::card::CardSource] = &[$($crate::card::CardSource {
                card: <$module as $crate::Module>::CARD,
                version: ::core::env!("CARGO_PKG_VERSION"),
                schema: <<$module as $crate::Module>::Params as $crate::params::Params>::SCHEMA,
            }),+];
            const LEN: usize = $crate::card::cards_len(CARDS);

            #[unsafe(export_name = "ROGUE_CARDS")]
            #[used]
            pub static __ROGUE_CARDS: [u8; LEN] = $crate::card::cards_bytes::<LEN>(CARDS);

            #[unsafe(export_name = "ROGUE_ABI")]
            #[used]
            pub static __ROGUE_ABI: __n::AbiMark = __n::ROGUE_ABI;

            static MODULES: &[__n::Module] = &[$({
                const CARD: $crate::card::CardSource = $crate::card::CardSource {
                    card: <$module as $crate::Module>::CARD,
                    version: ::core::env!("CARGO_PKG_VERSION"),
                    schema: <<$module as $crate::Module>::Params as $crate::params::Params>::SCHEMA,
                };
                const LEN: usize = CARD.len();
                static TEXT: [u8; LEN] = CARD.bytes::<LEN>();
                __n::table::<$crate::__shape!($shape, $module)>(&TEXT)
            }),+];

            extern "C" fn root() -> __n::RootModuleResult {
                __n::root(MODULES)
            }

            #[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
            #[used]
            pub static __ROGUE_ROOT: __n::LibHeader = __n::header(root);
        };
    };
}

/// Makes the component of a crate: one or more modules with their shapes, and their cards in the section `rogue:cards`.
/// To be called once, in a crate of type `cdylib`.
#[cfg(target_family = "wasm")]
#[macro_export]
macro_rules! export_module {
    ($($module:ty : $shape:ident),+ $(,)?) => {
        const _: () = {
            const CARDS: &[$crate::card::CardSource] = &[$($crate::card::CardSource {
                card: <$module as $crate::Module>::CARD,
                version: ::core::env!("CARGO_PKG_VERSION"),
                schema: <<$module as $crate::Module>::Params as $crate::params::Params>::SCHEMA,
            }),+];
            const LEN: usize = $crate::card::cards_len(CARDS);

            #[unsafe(link_section = "rogue:cards")]
            #[used]
            pub static __ROGUE_CARDS: [u8; LEN] = $crate::card::cards_bytes::<LEN>(CARDS);

            static MODULES: &[$crate::export::wasm::Entry] =
                &[$($crate::export::wasm::entry::<$crate::__shape!($shape, $module)>()),+];

            struct Component;

            impl $crate::export::wasm::Exports for Component {
                fn modules() -> &'static [$crate::export::wasm::Entry] {
                    MODULES
                }
            }

            $crate::export::wasm::bindings::__export_component!(
                Component with_types_in $crate::export::wasm::bindings
            );
            $crate::__export_hot!();
        };
    };
}

/// The adapter of a shape.
#[doc(hidden)]
#[macro_export]
macro_rules! __shape {
    (Transform, $module:ty) => { $crate::shape::AsTransform<$module> };
    (Sink, $module:ty) => { $crate::shape::AsSink<$module> };
    (Source, $module:ty) => { $crate::shape::AsSource<$module> };
    (Endpoint, $module:ty) => { $crate::__endpoint!($module) };
}

/// The adapter of an endpoint.
#[doc(hidden)]
#[cfg(not(target_family = "wasm"))]
#[macro_export]
macro_rules! __endpoint {
    ($module:ty) => { $crate::shape::AsEndpoint<$module> };
}

/// There is none in a sandbox.
#[doc(hidden)]
#[cfg(target_family = "wasm")]
#[macro_export]
macro_rules! __endpoint {
    ($module:ty) => {
        ::core::compile_error!("an endpoint has two threads; it is native only")
    };
}
