using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Merging;

/// <summary>
/// A TRUNCATE: every older row of the table is gone, whichever partition it is in and whenever it is read. Here LSNs do say what is older, for
/// snapshot rows too: TRUNCATE waits for every writer and reader of the table to end and lets none begin, so nothing written before it commits
/// after it.
/// </summary>
/// <param name="SourceEpoch">Source epoch of its place in the log; all rows of the epochs before are older.</param>
/// <param name="Lsn">Its own LSN.</param>
public readonly record struct Truncation(int SourceEpoch, Lsn Lsn)
{
    /// <summary>Whether it removes what a change made.</summary>
    public bool Removes(in RowChange change) =>
        change.SourceEpoch < SourceEpoch || (change.SourceEpoch == SourceEpoch && (change.Lsn ?? change.ReadAt) is { } at && at < Lsn);

    /// <summary>The later of two; what it removes includes what the other does.</summary>
    public static Truncation? Later(Truncation? one, Truncation? other) =>
        one is not { } left ? other
        : other is not { } right ? one
        : left.SourceEpoch != right.SourceEpoch ? (left.SourceEpoch > right.SourceEpoch ? left : right)
        : left.Lsn < right.Lsn ? right : left;
}
