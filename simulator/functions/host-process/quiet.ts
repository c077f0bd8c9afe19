/** So many turns of the event loop without anything to do mean that nothing will be done any more. */
const QUIET_TURNS = 3;

/** Resources that are there for as long as a process or a connection is. All others are work in progress. */
const LASTING = new Set(['PipeWrap', 'TCPSocketWrap', 'TLSWrap', 'Timeout', 'Immediate']);

/** Calls `report` each time this process has come to rest after activity; the result is to be called on activity. */
export function reportWhenQuiet(report: () => void): () => void {
  let turns = 0;
  let watching = false;
  const watch = () => {
    turns = isWorking() ? 0 : turns + 1;
    if (turns < QUIET_TURNS) {
      setImmediate(watch);
      return;
    }
    watching = false;
    report();
  };
  return () => {
    turns = 0;
    if (watching) return;
    watching = true;
    setImmediate(watch);
  };
}

function isWorking(): boolean {
  return process.getActiveResourcesInfo().some(resource => !LASTING.has(resource));
}
