namespace HospitalStreaming.Core.Batching;

/// <summary>
/// The rules of one writer of one chain, without any input or output (design, promise 2). It takes records at or after where it stands; what it
/// has taken can be cut anywhere; when another writer turns out to have been first at this start, it adopts that writer's `next` and keeps only
/// what comes after. The offset may be committed up to <see cref="Durable"/>, never further.
/// </summary>
public sealed class ChainWriter
{
    private long? _cut;

    /// <summary>Begins at the chain's head.</summary>
    public ChainWriter(long head) => (Start, Next, Durable) = (head, head, null);

    /// <summary>Where the first object starts that is not durable yet: the one being written, or else the open one.</summary>
    public long Start { get; private set; }

    /// <summary>Where the open object would end if it were cut now.</summary>
    public long Next { get; private set; }

    /// <summary>Everything before it is in objects, ours or another writer's; null until one was written or met.</summary>
    public long? Durable { get; private set; }

    /// <summary>Whether a record belongs to the open object. Those that do not are in objects already, or come twice.</summary>
    public bool Wants(long offset) => offset >= Next;

    /// <summary>Takes a record that it wants.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not.</exception>
    public void Take(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, Next);
        Next = offset + 1;
    }

    /// <summary>
    /// Ends the open object so that it can be written while the next one fills. That next one must not be written before the outcome is known:
    /// one object at a time, in the order of the chain.
    /// </summary>
    /// <exception cref="InvalidOperationException">One is being written already, or there is nothing to write.</exception>
    public void Cut() => _cut = _cut is null && Next > Start ? Next : throw new InvalidOperationException($"nothing to cut at {Next}");

    /// <summary>What was cut, or else all that was taken, is durable under its name: by us now, or by a former attempt of ours whose reply was lost.</summary>
    public void Created()
    {
        Start = _cut ?? Next;
        (Durable, _cut) = (Start, null);
    }

    /// <summary>
    /// Another writer's object holds our start. Returns the first offset that is still ours to write: of what was taken, cut or open, only records
    /// from there on are taken again, by <see cref="Take"/>, in their order.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The winner ends where or before it starts: a foreign or damaged object.</exception>
    public long Adopt(long winnersNext)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(winnersNext, Start);
        (Start, Next, Durable, _cut) = (winnersNext, winnersNext, winnersNext, null);
        return winnersNext;
    }
}
