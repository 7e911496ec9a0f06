namespace HospitalStreaming.Core.Merging;

/// <summary>
/// Promise 1 as code. Changes of one key take effect in log order after redeliveries are dropped: a streamed change whose LSN is not above
/// the highest streamed LSN already seen for that key in this source epoch has come before. A snapshot row is never compared by LSN, in
/// either direction: a change made before the snapshot point may commit after it, and must then win.
/// </summary>
public static class ChangeOrder
{
    /// <summary>Whether the next change in the log of a key is new, given what was applied before (null where nothing was).</summary>
    public static bool IsNew(KeyState? seen, in RowChange change) => seen switch
    {
        null => true,
        { } state when change.SourceEpoch < state.SourceEpoch => false,
        { } state when change.SourceEpoch > state.SourceEpoch => true,
        { HighestLsn: { } highest } when change.Act != ChangeAct.Snapshot && change.Lsn is { } lsn => lsn > highest,
        _ => true,
    };

    /// <summary>What has been seen once a new change is applied. A new source epoch forgets the LSNs of the one before.</summary>
    public static KeyState After(KeyState? seen, in RowChange change)
    {
        var before = seen is { } state && state.SourceEpoch == change.SourceEpoch ? state.HighestLsn : null;
        return new KeyState(change.Act == ChangeAct.Snapshot ? before : change.Lsn ?? before, change.SourceEpoch);
    }
}
