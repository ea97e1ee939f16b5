//! Sends frames on with their first byte a little larger: its card says how little does not matter.

use rogue_sdk::prelude::*;

/// Parameters.
#[derive(Params)]
pub struct NearlyParams {
    /// What is added to the first byte.
    #[param(default = 0)]
    add: u8,
}

/// Adds.
pub struct Nearly(NearlyParams);

impl Module for Nearly {
    type Params = NearlyParams;
    const CARD: Card = Card::transform("nearly").stateless().pure().tolerance("u8:2");

    fn new(params: NearlyParams, _: &Node) -> Result<Self> {
        Ok(Nearly(params))
    }
}

impl Transform for Nearly {
    fn accept(&mut self, mut frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        let mut first = [0];
        frame.read(0, &mut first)?;
        frame.write(0, &[first[0].saturating_add(self.0.add)])?;
        out.send(frame);
        Ok(())
    }
}
