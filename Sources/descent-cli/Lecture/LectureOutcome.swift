import Descent
import DescentCharts

/// How an entry ended.
struct LectureOutcome {
  enum End {
    /// All its rows are there.
    case done
    /// Its data are not there.
    case absent(LectureEntry.Data)
    /// It could not go on.
    case failed(String)
  }

  let entry: LectureEntry
  let sheet: LectureSheet
  let end: End
  let seconds: Double

  /// Runs an entry, with random numbers of its own: what it finds does not depend on what ran before.
  init(_ entry: LectureEntry, data: LectureData, folder: String) throws {
    self.entry = entry
    sheet = LectureSheet(entry, data: data, folder: folder)
    if let needed = entry.data, !data.has(needed) {
      (end, seconds) = (.absent(needed), 0)
      return
    }
    manualSeed(0)
    let clock = ContinuousClock()
    let begin = clock.now
    var end = End.done
    do {
      try entry.run(sheet)
    } catch let error as DescentError {
      end = .failed(error.message)
    } catch let error as ChartError {
      end = .failed("\(error)")
    }
    self.end = end
    seconds = (clock.now - begin).seconds
  }

  private var judged: [Bool] { sheet.rows.compactMap(\.passes) }

  /// Whether nothing went wrong.
  var isGood: Bool {
    if case .failed = end { return false }
    return judged.allSatisfy { $0 }
  }

  /// "5 of 5 pass"
  var verdict: String {
    switch end {
    case .done: judged.isEmpty ? "shown" : "\(judged.count { $0 }) of \(judged.count) pass"
    case .absent(let data): "no \(data.rawValue) data"
    case .failed: "failed"
    }
  }

  /// What is wrong or missing, for people.
  var complaint: String? {
    switch end {
    case .done: sheet.chartError.map { "no pictures: \($0)" }
    case .absent(let data): "needs the \(data.rawValue) files: give their folder by --data-dir"
    case .failed(let message): message
    }
  }

  /// The entry as text.
  var text: String {
    let table = sheet.rows.isEmpty ? [] : [aligned([LectureRow.header] + sheet.rows.map(\.cells))]
    let pictures = sheet.pictures.map { "\($0.file).png, .svg: \($0.caption)" }
    let parts =
      ["\(entry.name): \(entry.title)"] + table + sheet.remarks
      + (sheet.shortenings.isEmpty
        ? [] : ["Shortened: " + sheet.shortenings.joined(separator: " ")])
      + (pictures.isEmpty ? [] : [pictures.joined(separator: "\n")])
      + [complaint, verdict].compactMap(\.self)
    return parts.joined(separator: "\n\n")
  }
}
