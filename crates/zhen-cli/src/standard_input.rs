//! Standard input, read while Ctrl-C is heard.

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

/// Bytes read at a time.
const PIECE: usize = 64 << 10;
/// Pieces that may lie ready.
const MOST_PIECES: usize = 4;
/// How often a stream that brings nothing is left to see whether the run is to end.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A stream that ends when it does, or when the run is to end. It is read by a thread of its own, which
/// a read that waits for a pipe holds up for as long as nothing comes.
pub(crate) struct Stoppable {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Cursor<Vec<u8>>,
    stop: Arc<AtomicBool>,
}

impl Stoppable {
    pub(crate) fn new(mut reader: impl Read + Send + 'static, stop: Arc<AtomicBool>) -> Self {
        let (sender, pieces) = sync_channel(MOST_PIECES);
        std::thread::spawn(move || {
            loop {
                let mut piece = vec![0; PIECE];
                let read = match reader.read(&mut piece) {
                    // A terminal's goes on after Ctrl-D, this one has ended.
                    Ok(0) => return,
                    Ok(length) => {
                        piece.truncate(length);
                        Ok(piece)
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let failed = read.is_err();
                if sender.send(read).is_err() || failed {
                    return;
                }
            }
        });
        Self { pieces, piece: Cursor::default(), stop }
    }
}

impl Read for Stoppable {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.piece.read(buffer)?;
            if length > 0 || buffer.is_empty() || self.stop.load(Ordering::Relaxed) {
                return Ok(length);
            }
            match self.pieces.recv_timeout(LOOK_EVERY) {
                Ok(piece) => self.piece = Cursor::new(piece?),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_stays_ended() {
        /// A terminal on which a line, an end and another line are typed.
        struct Typed(Vec<&'static [u8]>);
        impl Read for Typed {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let line = self.0.remove(0);
                buffer[..line.len()].copy_from_slice(line);
                Ok(line.len())
            }
        }
        let mut reader = Stoppable::new(Typed(vec![b"a\n", b"", b"b\n"]), Arc::default());
        let mut buffer = [0; 8];
        let lengths = [(); 3].map(|()| reader.read(&mut buffer).unwrap());
        assert_eq!(lengths, [2, 0, 0]);
    }

    #[test]
    fn a_stream_that_brings_nothing_ends_with_the_run() {
        /// A pipe into which nothing is written.
        struct Silent;
        impl Read for Silent {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                loop {
                    std::thread::park();
                }
            }
        }
        let mut reader = Stoppable::new(Silent, Arc::new(AtomicBool::new(true)));
        assert_eq!(reader.read(&mut [0; 8]).unwrap(), 0);
    }
}
