//! An exposure as a line of JSON.

use super::Exposure;
use crate::dialect::Dialect;
use crate::namespace::{Experiment, Namespace};
use crate::tree::{Layout, quote, to_json};
use crate::value::{Value, ValueError};

/// The text that all lines of an experiment share.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The text up to the time.
    start: String,
    /// The text after the time and before the members of the inputs.
    salt: String,
    /// The text after the params, to the end of the line.
    pub(crate) end: String,
}

/// The text between the members of the inputs and the params.
pub(crate) const PARAMS: &str = "},\"params\":";

impl Frame {
    /// The text around the exposures of an experiment.
    pub(crate) fn new(namespace: &Namespace, experiment: &Experiment) -> Frame {
        // PlanOut names the experiments of a namespace so: without white space.
        let name = format!("{}-{}", namespace.name(), experiment.name());
        let name = name.split_whitespace().collect::<Vec<_>>().join("-");
        let mut start = String::from("{\"name\":");
        quote(&name, &mut start);
        start.push_str(",\"time\":");
        let mut salt = String::from(",\"salt\":");
        quote(experiment.salt(), &mut salt);
        salt.push_str(",\"inputs\":{");
        let checksum = experiment.script().checksum();
        let end = format!(",\"event\":\"exposure\",\"checksum\":\"{checksum}\"}}\n");
        Frame { start, salt, end }
    }

    /// The text before the members of the inputs. `time` is in seconds since 1970.
    pub(crate) fn before(&self, time: u64) -> String {
        format!("{}{time}{}", self.start, self.salt)
    }
}

impl Exposure<'_> {
    /// The exposure as PlanOut's loggers write it, with a line break at its end. Inputs that are
    /// null, or that JSON cannot write, are left out.
    ///
    /// # Errors
    /// JSON cannot write a param.
    pub fn to_line(&self) -> Result<String, ValueError> {
        let frame = Frame::new(self.namespace, self.experiment);
        let mut line = frame.before(self.time);
        let mut separator = "";
        for (name, input) in self.inputs {
            if let Ok(input) = input.to_node().map(|node| compact(&node, Dialect::Planout))
                && input != "null"
            {
                line.push_str(separator);
                quote(name, &mut line);
                line.push(':');
                line.push_str(&input);
                separator = ",";
            }
        }
        line.push_str(PARAMS);
        let params = Value::from(self.assignment.params.to_map()).to_node()?;
        line.push_str(&compact(&params, self.namespace.dialect()));
        line.push_str(&frame.end);
        Ok(line)
    }
}

fn compact(node: &crate::tree::Node, dialect: Dialect) -> String {
    to_json(node, Layout::Compact, dialect)
}
