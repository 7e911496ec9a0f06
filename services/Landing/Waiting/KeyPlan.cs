using HospitalStreaming.Core.Domain.Events;

namespace HospitalStreaming.Landing.Waiting;

/// <summary>
/// What becomes of the events of one row, in log order: the last that can land is written, for each carries the whole row; from the first that
/// cannot, all wait, so that order holds. One that has waited too long is given up, and those behind it get their chance.
/// </summary>
internal sealed class KeyPlan
{
    private KeyPlan(List<Arrival> landed, List<Arrival> givenUp, List<(Arrival Event, Obstacle Why)> waiting) =>
        (Landed, GivenUp, Waiting) = (landed, givenUp, waiting);

    /// <summary>Events that land; all but the last are overtaken by it.</summary>
    public List<Arrival> Landed { get; }

    /// <summary>Events whose parent did not come in time.</summary>
    public List<Arrival> GivenUp { get; }

    /// <summary>Events that wait, in order; those behind the first wait for the same.</summary>
    public List<(Arrival Event, Obstacle Why)> Waiting { get; }

    /// <summary>The row to write, or null: nothing lands, or the row goes.</summary>
    public Arrival? Upsert => Landed.LastOrDefault() is { Event.Type: EventType.Upsert } last ? last : null;

    /// <summary>The deletion to carry out, or null.</summary>
    public Arrival? Deletion => Landed.LastOrDefault() is { Event.Type: EventType.Deleted } last ? last : null;

    /// <summary>Plans one row's events.</summary>
    /// <param name="events">Of one row, in log order.</param>
    /// <param name="parentIsThere">Whether the row an obstacle names stands.</param>
    /// <param name="giveUpBefore">Events that arrived before this have waited long enough.</param>
    public static KeyPlan Of(IReadOnlyList<Arrival> events, Func<Obstacle, bool> parentIsThere, DateTimeOffset giveUpBefore)
    {
        List<Arrival> landed = [];
        List<Arrival> givenUp = [];
        for (var at = 0; at < events.Count; at++)
        {
            if (MissingParent(events[at].Event, parentIsThere) is not { } obstacle)
            {
                landed.Add(events[at]);
            }
            else if (events[at].ArrivedAt < giveUpBefore)
            {
                givenUp.Add(events[at]);
            }
            else
            {
                return new KeyPlan(landed, givenUp, [.. events.Skip(at).Select(waiting => (waiting, obstacle))]);
            }
        }

        return new KeyPlan(landed, givenUp, []);
    }

    /// <summary>The rows an upsert refers to; none for a deletion.</summary>
    public static IEnumerable<Obstacle> Parents(HospitalEvent change)
    {
        if (change.Type == EventType.Deleted)
        {
            yield break;
        }

        var columns = change.Table.Columns;
        for (var at = 0; at < columns.Length; at++)
        {
            if (columns[at].References is { } parent && change.Values[at] is long key)
            {
                yield return new Obstacle(parent, key);
            }
        }
    }

    private static Obstacle? MissingParent(HospitalEvent change, Func<Obstacle, bool> parentIsThere)
    {
        foreach (var parent in Parents(change))
        {
            if (!parentIsThere(parent))
            {
                return parent;
            }
        }

        return null;
    }
}
