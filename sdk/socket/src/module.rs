//! The two modules that a bridge is.

/// A module with a card, its life and its halves those of a `Bridge`: for `tcp` and `udp`, whose server and client differ in
/// their parameters alone. In scope where it is used are `Bridge`, `BridgeTake`, `BridgeGive`, `Settings`, which is made
/// of the parameters, and what the card lists: `READINGS`, `COUNTERS`, `DROPS`.
#[macro_export]
macro_rules! bridge_module {
    ($(#[$doc:meta])* $module:ident($params:ty) = $name:literal, $about:literal, $log:literal) => {
        $(#[$doc])*
        pub struct $module(Bridge);

        impl rogue_sdk::Module for $module {
            type Params = $params;
            const CARD: rogue_sdk::card::Card = rogue_sdk::card::Card::endpoint($name)
                .bridge()
                .about($about)
                .readings(READINGS)
                .counters(COUNTERS)
                .drops(DROPS)
                .log($log);

            fn check(params: &$params) -> rogue_sdk::Result<()> {
                Settings::from(params).check()
            }

            fn new(params: $params, node: &rogue_sdk::Node) -> rogue_sdk::Result<Self> {
                Bridge::new(Settings::from(&params), node).map($module)
            }

            fn start(&mut self) -> rogue_sdk::Result<()> {
                self.0.start()
            }

            fn stop(&mut self) {
                self.0.stop();
            }

            fn release_held(&mut self, held: &mut rogue_sdk::Held) {
                self.0.release_held(held);
            }

            fn adopt(&mut self, held: &mut rogue_sdk::Held) -> rogue_sdk::Result<()> {
                self.0.adopt(held)
            }
        }

        impl rogue_sdk::Endpoint for $module {
            type Take = BridgeTake;
            type Give = BridgeGive;

            fn split(&mut self, node: &rogue_sdk::Node) -> rogue_sdk::Result<(BridgeTake, BridgeGive)> {
                Ok(self.0.halves(node))
            }
        }
    };
}
