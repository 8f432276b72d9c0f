//! A set of numbers as CPython 3.7 and later keeps it, slot by slot.

#[derive(Clone, Copy, PartialEq)]
enum Slot {
    Never,
    Dummy,
    Full(usize),
}

#[derive(Clone, Debug)]
pub(super) struct PySet {
    table: Vec<Slot>,
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Slot::Never => f.write_str("."),
            Slot::Dummy => f.write_str("x"),
            Slot::Full(number) => write!(f, "{number}"),
        }
    }
}

/// The slots where a number may be, up to the first that was never used.
fn path(table: &[Slot], number: usize) -> Vec<usize> {
    let mask = table.len() - 1;
    let (mut i, mut perturb, mut path) = (number & mask, number, Vec::new());
    loop {
        let run = if i + 9 > mask { 0 } else { 9 };
        for (slot, content) in table.iter().enumerate().skip(i).take(1 + run) {
            path.push(slot);
            if *content == Slot::Never {
                return path;
            }
        }
        perturb /= 32;
        i = (5 * i + 1 + perturb) & mask;
    }
}

impl PySet {
    pub(super) fn range(end: usize) -> PySet {
        let mut set = PySet { table: vec![Slot::Never; 8] };
        (0..end).for_each(|number| set.add(number));
        set
    }

    pub(super) fn list(&self) -> Vec<usize> {
        let number = |slot: &Slot| match slot {
            Slot::Full(number) => Some(*number),
            _ => None,
        };
        self.table.iter().filter_map(number).collect()
    }

    pub(super) fn add(&mut self, number: usize) {
        let path = path(&self.table, number);
        let last_dummy = path.iter().rfind(|slot| self.table[**slot] == Slot::Dummy);
        match last_dummy {
            Some(dummy) => self.table[*dummy] = Slot::Full(number),
            None => {
                self.table[path[path.len() - 1]] = Slot::Full(number);
                let fill = self.table.iter().filter(|slot| **slot != Slot::Never).count();
                if 5 * fill >= 3 * (self.table.len() - 1) {
                    self.rebuild();
                }
            }
        }
    }

    pub(super) fn remove(&mut self, number: usize) {
        let path = path(&self.table, number);
        let slot = path.into_iter().find(|slot| self.table[*slot] == Slot::Full(number));
        self.table[slot.expect("it is in the set")] = Slot::Dummy;
    }

    fn rebuild(&mut self) {
        let numbers = self.list();
        let least = numbers.len() * if numbers.len() > 50_000 { 2 } else { 4 };
        self.table = vec![Slot::Never; (least + 1).next_power_of_two().max(8)];
        for number in numbers {
            let path = path(&self.table, number);
            self.table[path[path.len() - 1]] = Slot::Full(number);
        }
    }
}
