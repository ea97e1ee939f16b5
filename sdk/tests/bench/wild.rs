//! A module of every shape that does what a test tells it to, the worst included.

use rogue_sdk::{bench::json, prelude::*};

/// What is to go wrong, and where.
#[derive(Params, Clone)]
pub struct WildParams {
    /// The call that fails: `new`, `check`, `start`, `accept`, …; none if absent.
    pub at: Option<String>,
    /// Whether it panics, or returns an error where it can.
    #[param(default = false)]
    pub panics: bool,
}

/// The module.
pub struct Wild {
    params: WildParams,
}

/// Parameters for a failure at `at`.
pub fn error_at(at: &str) -> rogue_sdk::bench::Value {
    json!({ "at": at })
}

/// Parameters for a panic at `at`.
pub fn panic_at(at: &str) -> rogue_sdk::bench::Value {
    json!({ "at": at, "panics": true })
}

impl WildParams {
    fn reach(&self, here: &str) -> Result<()> {
        match &self.at {
            Some(at) if at == here && self.panics => panic!("{here} went wild"),
            Some(at) if at == here => Err(Error::new(format_args!("{here} said no"))),
            _ => Ok(()),
        }
    }

    /// For calls that cannot return an error.
    fn reach_or_panic(&self, here: &str) {
        if let Err(error) = self.reach(here) {
            panic!("{error}");
        }
    }
}

macro_rules! wild {
    ($name:ident, $card:expr) => {
        impl Module for $name {
            type Params = WildParams;
            const CARD: Card = $card;

            fn check(params: &WildParams) -> Result<()> {
                params.reach("check")
            }
            fn new(params: WildParams, _: &Node) -> Result<Self> {
                params.reach("new")?;
                Ok($name(Wild { params }))
            }
            fn start(&mut self) -> Result<()> {
                self.0.params.reach("start")
            }
            fn stop(&mut self) {
                self.0.params.reach_or_panic("stop");
            }
            fn reconfigure(&mut self, params: WildParams) -> Result<Reconfigured> {
                self.0.params.reach("reconfigure")?;
                self.0.params = params;
                Ok(Reconfigured::Done)
            }
            fn snapshot(&self) -> Result<Option<State>> {
                self.0.params.reach("snapshot")?;
                Ok(Some(State { schema: "wild".to_owned(), version: 1, bytes: vec![1, 2, 3] }))
            }
            fn restore(&mut self, _: State) -> Result<()> {
                self.0.params.reach("restore")
            }
            fn release_held(&mut self, _: &mut Held) {
                self.0.params.reach_or_panic("release_held");
            }
            fn adopt(&mut self, _: &mut Held) -> Result<()> {
                self.0.params.reach("adopt")
            }
            fn interrupter(&self) -> Option<Interrupter> {
                self.0.params.reach_or_panic("interrupter");
                let params = self.0.params.clone();
                Some(Box::new(move || params.reach_or_panic("interrupt")))
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                self.0.params.reach_or_panic("drop");
            }
        }
    };
}

/// A transform that passes everything on, twice.
pub struct WildTransform(Wild);
wild!(WildTransform, Card::transform("wild-transform"));

impl Transform for WildTransform {
    fn accept(&mut self, frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        out.send(frame.share()?);
        if frame.error() > 0 {
            self.0.params.reach("accept")?;
        }
        out.send(frame);
        Ok(())
    }
    fn wake(&mut self, _: &mut Out, _: &Context) -> Result<()> {
        self.0.params.reach("wake")
    }
    fn finish(&mut self, _: &mut Out, _: &Context) -> Result<Flow> {
        self.0.params.reach("finish").map(|()| Flow::Ended)
    }
}

/// A sink.
pub struct WildSink(Wild);
wild!(WildSink, Card::sink("wild-sink"));

impl Sink for WildSink {
    fn accept(&mut self, frame: Frame, _: &Context) -> Result<()> {
        if frame.error() > 0 { self.0.params.reach("accept") } else { Ok(()) }
    }
    fn wake(&mut self, _: &Context) -> Result<()> {
        self.0.params.reach("wake")
    }
    fn finish(&mut self, _: &Context) -> Result<Flow> {
        self.0.params.reach("finish").map(|()| Flow::Ended)
    }
}

/// A source of one frame a call.
pub struct WildSource(Wild);
wild!(WildSource, Card::source("wild-source"));

impl Source for WildSource {
    fn produce(&mut self, out: &mut Out, _: &Context) -> Result<Flow> {
        let frame = out.request(4)?;
        out.send(frame);
        self.0.params.reach("produce").map(|()| Flow::Idle)
    }
}

/// An endpoint that takes everything and gives nothing.
pub struct WildEndpoint(Wild);
wild!(WildEndpoint, Card::endpoint("wild-endpoint"));

/// A half of it.
pub struct WildHalf(WildParams);

impl Endpoint for WildEndpoint {
    type Take = WildHalf;
    type Give = WildHalf;

    fn split(&mut self, _: &Node) -> Result<(WildHalf, WildHalf)> {
        self.0.params.reach("split")?;
        Ok((WildHalf(self.0.params.clone()), WildHalf(self.0.params.clone())))
    }
}

impl Take for WildHalf {
    fn accept(&mut self, frame: Frame, _: &Context) -> Result<Accepted> {
        if frame.error() > 0 {
            self.0.reach("accept")?;
        }
        Ok(Accepted::Taken)
    }
    fn wake(&mut self, _: &Context) -> Result<()> {
        self.0.reach("wake")
    }
    fn finish(&mut self, _: &Context) -> Result<Flow> {
        self.0.reach("finish").map(|()| Flow::Ended)
    }
}

impl Give for WildHalf {
    fn produce(&mut self, _: &mut Out, _: &Context) -> Result<Flow> {
        self.0.reach("produce").map(|()| Flow::Idle)
    }
}
