//! What stands in a segment for a half that is not there: of a module that failed and is made anew, or of one that only
//! others lead to. It takes nothing and gives nothing.

use crate::module::{Call, Half, Status};

pub(super) struct StandIn;

impl Half for StandIn {
    fn accept(&mut self, _: &mut Call<'_>) -> Status {
        Status::Blocked
    }

    fn produce(&mut self, _: &mut Call<'_>) -> Status {
        Status::Idle
    }

    fn finish(&mut self, _: &mut Call<'_>) -> Status {
        Status::Idle
    }
}
