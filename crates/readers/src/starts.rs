//! When the connections of a flow began: the earliest of them, bounded for each flow and for all of one artifact.
//!
//! What is kept does not depend on the order of the rows, unless the bound for all is reached.

/// Starts kept of one flow.
const FLOW_MAX: usize = 64;
/// Starts kept of one artifact's flows together, in numbers of eight bytes.
const ALL_MAX: usize = 2 << 20;

/// Room for starts that is left.
#[derive(Debug)]
pub struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(ALL_MAX)
    }
}

/// The earliest starts, in order. Most flows have one, which takes no memory of its own.
#[derive(Debug, Default)]
pub struct Starts {
    one: Option<i64>,
    all: Vec<i64>,
}

impl Starts {
    /// Adds a start, in microseconds.
    pub fn add(&mut self, at: i64, room: &mut Room) {
        let Some(one) = self.one else {
            self.one = Some(at);
            return;
        };
        if self.all.is_empty() {
            if room.0 < 2 {
                return;
            }
            room.0 = room.0.saturating_sub(1);
            self.all.push(one);
        }
        let full = self.all.len() >= FLOW_MAX;
        if full && self.all.last().is_some_and(|last| at >= *last) {
            return;
        }
        if full {
            self.all.pop();
        } else if room.0 == 0 {
            return;
        } else {
            room.0 = room.0.saturating_sub(1);
        }
        let place = self.all.partition_point(|start| *start <= at);
        self.all.insert(place, at);
    }

    /// Forgets all.
    pub fn clear(&mut self, room: &mut Room) {
        room.0 = room.0.saturating_add(self.all.len());
        *self = Self::default();
    }

    /// Two or more starts in order; nothing of a single one, which the flow's first time says.
    pub fn finish(self) -> Vec<i64> {
        self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_are_kept_whatever_the_order() {
        let mut room = Room::default();
        let (mut up, mut down) = (Starts::default(), Starts::default());
        for at in 0..200 {
            up.add(at, &mut room);
            down.add(199 - at, &mut room);
        }
        let expected: Vec<i64> = (0..64).collect();
        assert_eq!(up.finish(), expected);
        assert_eq!(down.finish(), expected);
    }

    #[test]
    fn a_single_start_takes_no_room() {
        let mut room = Room(0);
        let mut starts = Starts::default();
        starts.add(5, &mut room);
        starts.add(6, &mut room);
        assert!(starts.finish().is_empty());
    }
}
