namespace HospitalStreaming.Broker.Storage;

/// <summary>
/// What each idempotent producer last wrote to one partition, so that a repeated batch is answered and not stored twice, and a gap is refused.
/// The rules are Kafka's: the last five batches are recognised as duplicates, a new epoch starts at sequence zero, an unknown producer may start anywhere.
/// </summary>
internal sealed class ProducerTable
{
    /// <summary>Bounds memory: far more live producers than one machine has; beyond it the longest silent ones are forgotten.</summary>
    private const int MaxProducers = 10_000;

    private readonly Dictionary<long, ProducerState> _producers = [];

    public int Count => _producers.Count;

    public SequenceVerdict Check(in BatchHeader batch, out long duplicateBaseOffset, out long duplicateTimestampMs)
    {
        (duplicateBaseOffset, duplicateTimestampMs) = (-1, -1);
        if (!batch.IsIdempotent || !_producers.TryGetValue(batch.ProducerId, out var state))
        {
            return SequenceVerdict.Accept;
        }
        if (batch.ProducerEpoch < state.Epoch)
        {
            return SequenceVerdict.FencedEpoch;
        }
        if (batch.ProducerEpoch > state.Epoch)
        {
            return batch.BaseSequence == 0 ? SequenceVerdict.Accept : SequenceVerdict.OutOfOrder;
        }
        foreach (var recent in state.Recent)
        {
            if (recent.FirstSequence == batch.BaseSequence && recent.LastSequence == batch.LastSequence)
            {
                (duplicateBaseOffset, duplicateTimestampMs) = (recent.BaseOffset, recent.TimestampMs);
                return SequenceVerdict.Duplicate;
            }
        }
        var last = state.Recent[^1].LastSequence;
        var expected = last == int.MaxValue ? 0 : last + 1;
        return batch.BaseSequence == expected ? SequenceVerdict.Accept : SequenceVerdict.OutOfOrder;
    }

    public void Record(in BatchHeader batch, long baseOffset, long nowMs)
    {
        if (!batch.IsIdempotent)
        {
            return;
        }
        if (!_producers.TryGetValue(batch.ProducerId, out var state))
        {
            if (_producers.Count >= MaxProducers)
            {
                Expire(_producers.Values.Select(p => p.LastUsedMs).Order().ElementAt(MaxProducers / 10));
            }
            _producers[batch.ProducerId] = state = new ProducerState { Epoch = batch.ProducerEpoch };
        }
        if (state.Epoch != batch.ProducerEpoch)
        {
            state.Epoch = batch.ProducerEpoch;
            state.Recent.Clear();
        }
        if (state.Recent.Count == ProducerState.MaxRecent)
        {
            state.Recent.RemoveAt(0);
        }
        state.Recent.Add(new ProducerBatch(batch.BaseSequence, batch.LastSequence, baseOffset, batch.IsLogAppendTime ? batch.MaxTimestamp : -1));
        state.LastUsedMs = nowMs;
    }

    /// <summary>Forgets producers that have been silent since then.</summary>
    public void Expire(long untilMs)
    {
        foreach (var (id, state) in _producers)
        {
            if (state.LastUsedMs <= untilMs)
            {
                _producers.Remove(id);
            }
        }
    }

    public void Write(BinaryWriter to)
    {
        to.Write(_producers.Count);
        foreach (var (id, state) in _producers)
        {
            to.Write(id);
            to.Write(state.Epoch);
            to.Write(state.LastUsedMs);
            to.Write(state.Recent.Count);
            foreach (var batch in state.Recent)
            {
                to.Write(batch.FirstSequence);
                to.Write(batch.LastSequence);
                to.Write(batch.BaseOffset);
                to.Write(batch.TimestampMs);
            }
        }
    }

    /// <summary>Replaces the content by what was written.</summary>
    public void Read(BinaryReader from)
    {
        _producers.Clear();
        for (var left = from.ReadInt32(); left > 0; left--)
        {
            var id = from.ReadInt64();
            var state = new ProducerState { Epoch = from.ReadInt16(), LastUsedMs = from.ReadInt64() };
            for (var batches = from.ReadInt32(); batches > 0; batches--)
            {
                state.Recent.Add(new ProducerBatch(from.ReadInt32(), from.ReadInt32(), from.ReadInt64(), from.ReadInt64()));
            }
            _producers[id] = state;
        }
    }
}
