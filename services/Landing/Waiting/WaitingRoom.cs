using HospitalStreaming.Core.Batching;
using HospitalStreaming.Landing.Writing;

namespace HospitalStreaming.Landing.Waiting;

/// <summary>
/// What a transaction does to the waiting events: who comes, who goes, and whether there is room. It begins from what the books held and is
/// kept only if the transaction commits.
/// </summary>
internal sealed class WaitingRoom(IReadOnlyDictionary<string, int> rowsByTable, long bytes, LandingLimits limits)
{
    private readonly Dictionary<string, int> _rows = new(rowsByTable, StringComparer.Ordinal);
    private readonly HashSet<LogPosition> _leaving = [];
    private readonly List<(Arrival Event, Obstacle Why)> _staying = [];

    /// <summary>How many wait, by table.</summary>
    public IReadOnlyDictionary<string, int> RowsByTable => _rows;

    /// <summary>How many wait.</summary>
    public int Rows { get; private set; } = rowsByTable.Values.Sum();

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; } = bytes;

    /// <summary>Taken out of the books.</summary>
    public IReadOnlyCollection<LogPosition> Leaving => _leaving;

    /// <summary>Put into the books, new or with another obstacle.</summary>
    public IReadOnlyList<(Arrival Event, Obstacle Why)> Staying => _staying;

    /// <summary>Whether any event waits for this table.</summary>
    public bool HoldsAny(string table) => _rows.GetValueOrDefault(table) > 0;

    /// <summary>The event waits on; false where it is new and there is no room.</summary>
    public bool Keep(Arrival waiting, Obstacle why)
    {
        if (waiting.WaitedFor is { } before)
        {
            if (before != why)
            {
                _staying.Add((waiting, why));
            }

            return true;
        }

        if (Rows >= limits.MaxWaiting || Bytes + waiting.Bytes > limits.MaxWaitingBytes)
        {
            return false;
        }

        _staying.Add((waiting, why));
        Count(waiting, 1);
        return true;
    }

    /// <summary>The event waits no longer; nothing where it never did.</summary>
    public void Leave(Arrival done)
    {
        if (done.WaitedFor is not null && _leaving.Add(done.Position))
        {
            Count(done, -1);
        }
    }

    private void Count(Arrival waiting, int sign)
    {
        var table = waiting.Event.Table.Name;
        _rows[table] = _rows.GetValueOrDefault(table) + sign;
        Rows += sign;
        Bytes += sign * waiting.Bytes;
    }
}
