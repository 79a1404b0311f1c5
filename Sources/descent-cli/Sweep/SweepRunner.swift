import Descent
import Foundation

/// Carries out a sweep's runs, several side by side.
struct SweepRunner {
  let folder: SweepFolder
  let jobs: Int
  /// Of each run.
  let threads: Int
  /// Told of each run that has come to its end.
  let report: (SweepRun, SweepChild.End) throws -> Void

  /// How long a run that an earlier sweep has left behind may take to save itself.
  private static let patience = 20.0

  /// Does what is left to do, until it is done or a signal asks for the end; the runs at work are then saved.
  ///
  /// - Throws: what noting or reporting throws; the runs at work are saved then too.
  func carryOut(_ runs: [SweepRun], until interrupt: Interrupt) throws {
    var waiting = runs.filter { !folder.entry($0).outcome.isFinal }[...]
    var working: [SweepChild] = []
    defer { end(working) }
    var isStopping = false
    while true {
      while !interrupt.hasCome, working.count < jobs, let run = waiting.popFirst() {
        working.append(try start(run))
      }
      if working.isEmpty { return }
      if interrupt.hasCome && !isStopping {
        isStopping = true
        for child in working { child.stop() }
      }
      for index in listen(to: working).reversed() {
        let child = working.remove(at: index)
        let end = child.end()
        try folder.note(child.run, end.outcome, end.message)
        try report(child.run, end)
      }
    }
  }

  private func start(_ run: SweepRun) throws -> SweepChild {
    let path = folder.folder(run)
    waitForLock(path)
    // What stands there is another run's, which is to be replaced.
    if folder.entry(run).outcome == .waiting { try RunFolder.clear(path) }
    try folder.note(run, .begun)
    return try SweepChild(run, folder: path, threads: threads)
  }

  /// A sweep that was killed leaves runs that notice it at the end of their step.
  private func waitForLock(_ path: String) {
    let clock = ContinuousClock()
    let start = clock.now
    while FileManager.default.fileExists(atPath: "\(path)/.lock"), (try? FolderLock(path)) == nil,
      (clock.now - start).seconds < Self.patience
    {
      usleep(50_000)
    }
  }

  /// Waits until one of them has something to say, a signal comes, or a moment is over; those that have come to their
  /// end.
  private func listen(to children: [SweepChild]) -> [Int] {
    var watched = children.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    guard poll(&watched, nfds_t(watched.count), 200) > 0 else { return [] }
    return children.indices.filter { watched[$0].revents != 0 && !children[$0].listen() }
  }

  private func end(_ children: [SweepChild]) {
    for child in children { child.stop() }
    for child in children {
      while child.listen() {}
      let end = child.end()
      try? folder.note(child.run, end.outcome, end.message)
    }
  }
}
