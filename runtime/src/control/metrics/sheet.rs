//! Families of metrics, written one after the other.
//!
//! A thin layer over `prometheus-client`, which knows the formats: a family is its name, its help, and a row for each
//! set of labels. What holds: a family without a row is left out.

use prometheus_client::{
    encoding::{DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, MetricEncoder, NoLabelSet},
    metrics::MetricType,
};
use std::fmt;

/// The labels of a row.
pub type Labels<'a> = Vec<(&'static str, &'a str)>;

/// Where families are written to.
pub struct Sheet<'a>(DescriptorEncoder<'a>);

/// A histogram: how many in each class, and the sum of all.
pub struct Classes {
    /// Where a class ends, and how many are in it; the last ends at infinity.
    pub classes: Vec<(f64, u64)>,
    /// All of them together.
    pub sum: f64,
}

impl Classes {
    /// Of bounds and counts, of which there is one more.
    pub fn new(bounds: impl IntoIterator<Item = f64>, counts: &[u64], sum: f64) -> Classes {
        let bounds = bounds.into_iter().chain([f64::INFINITY]);
        Classes { classes: bounds.zip(counts.iter().copied()).collect(), sum }
    }
}

impl<'a> Sheet<'a> {
    /// Over an encoder of the library's.
    pub fn new(encoder: DescriptorEncoder<'a>) -> Sheet<'a> {
        Sheet(encoder)
    }

    /// A counter, whose name is without `_total`.
    pub fn counter<'r, V: EncodeCounterValue>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = (Labels<'r>, V)>,
    ) -> fmt::Result {
        self.family(name, help, MetricType::Counter, rows, |mut row, value| {
            row.encode_counter::<NoLabelSet, V, f64>(&value, None)
        })
    }

    /// A number that may go down.
    pub fn gauge<'r, V: EncodeGaugeValue>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = (Labels<'r>, V)>,
    ) -> fmt::Result {
        self.family(name, help, MetricType::Gauge, rows, |mut row, value| row.encode_gauge(&value))
    }

    /// How many there were of each class.
    pub fn histogram<'r>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = (Labels<'r>, Classes)>,
    ) -> fmt::Result {
        self.family(name, help, MetricType::Histogram, rows, |mut row, value| {
            let count = value.classes.iter().map(|(_, count)| count).sum();
            row.encode_histogram::<NoLabelSet>(value.sum, count, &value.classes, None)
        })
    }

    fn family<'r, V>(
        &mut self,
        name: &str,
        help: &str,
        kind: MetricType,
        rows: impl IntoIterator<Item = (Labels<'r>, V)>,
        each: impl Fn(MetricEncoder<'_>, V) -> fmt::Result,
    ) -> fmt::Result {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return Ok(());
        }
        let mut family = self.0.encode_descriptor(name, help, None, kind)?;
        for (labels, value) in rows {
            match labels.is_empty() {
                true => each(family.encode_family(&NO_LABELS)?, value)?,
                false => each(family.encode_family(&labels)?, value)?,
            }
        }
        Ok(())
    }
}

const NO_LABELS: [(&str, &str); 0] = [];
