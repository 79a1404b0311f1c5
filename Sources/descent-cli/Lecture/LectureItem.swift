import Foundation

/// Something that a document shows, claims or asks: in its order, with the entries that reproduce it.
struct LectureItem {
  enum Kind: String {
    case figure, table, number, claim, formula, exercise, program
  }

  let document: LectureDocument
  let kind: Kind
  /// Where it stands, and what it is.
  let text: String
  /// Names of entries. None only where `reason` says why nothing can be computed.
  let entries: [String]
  /// Why there is no entry: a proof to be written, a drawing of no quantity.
  var reason: String?

  /// All items of all documents, in their order.
  static let all = article + slides + notebook + lab + course

  /// A document's items, each as kind, text and entries.
  static func list(
    _ document: LectureDocument, _ items: [(kind: Kind, text: String, entries: [String])]
  ) -> [LectureItem] {
    items.map { item in
      // What begins so has no number in it.
      let parts = item.text.components(separatedBy: " -- ")
      return LectureItem(
        document: document, kind: item.kind, text: parts[0], entries: item.entries,
        reason: parts.count > 1 ? parts[1] : nil)
    }
  }
}
