using HospitalStreaming.Capture.Publishing;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;

namespace HospitalStreaming.Capture.Replication;

/// <summary>Turns pgoutput's messages into change messages, in the order they come: commit order.</summary>
internal sealed class StreamSession(
    RelationCache relations, ChangeEncoder encoder, ChangePublisher publisher, TransactionLedger ledger, IReadOnlySet<char> skipped, Lsn? lastCommit, TimeProvider clock)
{
    private readonly RowTuple _old = new();
    private readonly RowTuple _row = new();
    private readonly List<EncodedChange> _messages = [];
    private TransactionTicket? _ticket;
    private ChangePosition _transaction;
    private Lsn? _lastCommit = lastCommit;

    /// <summary>Whether a transaction has begun and not ended yet.</summary>
    public bool InTransaction => _ticket is not null;

    /// <summary>Takes one message. The bytes are read before it returns.</summary>
    /// <param name="lsn">Where the message stands in the log.</param>
    /// <param name="bytes">Buffer with the message at its start.</param>
    /// <param name="length">Its length.</param>
    /// <param name="cancellation">Ends a wait for room.</param>
    /// <exception cref="FormatException">The stream does not follow the protocol.</exception>
    public ValueTask TakeAsync(Lsn lsn, byte[] bytes, int length, CancellationToken cancellation)
    {
        var message = new PgOutput(bytes, length);
        switch (message.Type)
        {
            case 'B':
                Begin(message.ReadBegin());
                return ValueTask.CompletedTask;
            case 'C':
                Commit(message.ReadCommit());
                return ValueTask.CompletedTask;
            case 'R':
                return relations.LearnAsync(message.ReadRelation(), cancellation);
            case 'I':
                return Insert(ref message, lsn, cancellation);
            case 'U':
                return Update(ref message, lsn, cancellation);
            case 'D':
                return Delete(ref message, lsn, cancellation);
            case 'T':
                return TruncateAsync(message.ReadTruncated(), lsn, cancellation);
            case 'Y' or 'O' or 'M':
                // Types are looked up where columns name them; origins and logical messages change no row.
                return ValueTask.CompletedTask;
            default:
                throw new FormatException($"pgoutput sent a message of unknown type {message.Type}");
        }
    }

    private void Begin(Begin begin)
    {
        if (_ticket is not null)
        {
            throw new FormatException("pgoutput began a transaction inside another");
        }

        _ticket = ledger.Open(DateTimeOffset.UnixEpoch.AddTicks(begin.CommitMicros * TimeSpan.TicksPerMicrosecond));
        _transaction = new ChangePosition(begin.CommitLsn, _lastCommit, begin.TransactionId, begin.CommitMicros);
    }

    private void Commit(Commit commit)
    {
        ledger.Close(Ticket, commit.End);
        _ticket = null;
        _lastCommit = commit.End;
    }

    private ValueTask Insert(ref PgOutput message, Lsn lsn, CancellationToken cancellation)
    {
        var relation = relations[message.ReadRelationId()];
        message.ReadTupleKind();
        message.ReadTuple(_row);
        if (!Wanted(relation, 'c'))
        {
            return ValueTask.CompletedTask;
        }

        encoder.Insert(relation.Encoder, _row, _transaction with { Lsn = lsn }, clock.GetUtcNow(), _messages);
        return SendAsync(relation.Topic, cancellation);
    }

    private ValueTask Update(ref PgOutput message, Lsn lsn, CancellationToken cancellation)
    {
        var relation = relations[message.ReadRelationId()];
        var kind = message.ReadTupleKind();
        RowTuple? old = null;
        if (kind is 'K' or 'O')
        {
            message.ReadTuple(_old);
            old = _old;
            message.ReadTupleKind();
        }

        message.ReadTuple(_row);
        if (!Wanted(relation, 'u'))
        {
            return ValueTask.CompletedTask;
        }

        encoder.Update(relation.Encoder, old, kind == 'K', _row, _transaction with { Lsn = lsn }, clock.GetUtcNow(), _messages);
        return SendAsync(relation.Topic, cancellation);
    }

    private ValueTask Delete(ref PgOutput message, Lsn lsn, CancellationToken cancellation)
    {
        var relation = relations[message.ReadRelationId()];
        var kind = message.ReadTupleKind();
        message.ReadTuple(_old);
        if (!Wanted(relation, 'd'))
        {
            return ValueTask.CompletedTask;
        }

        encoder.Delete(relation.Encoder, _old, kind == 'K', _transaction with { Lsn = lsn }, clock.GetUtcNow(), _messages);
        return SendAsync(relation.Topic, cancellation);
    }

    private async ValueTask TruncateAsync(uint[] ids, Lsn lsn, CancellationToken cancellation)
    {
        foreach (var id in ids)
        {
            var relation = relations[id];
            if (Wanted(relation, 't'))
            {
                encoder.Truncate(relation.Encoder, _transaction with { Lsn = lsn }, clock.GetUtcNow(), _messages);
                await SendAsync(relation.Topic, cancellation);
            }
        }
    }

    private bool Wanted(RelationEncoder relation, char operation)
    {
        _messages.Clear();
        return relation.Captured && !skipped.Contains(operation);
    }

    private ValueTask SendAsync(string topic, CancellationToken cancellation) =>
        _messages.Count == 1 ? publisher.SendAsync(topic, _messages[0], Ticket, cancellation) : SendAllAsync(topic, cancellation);

    private async ValueTask SendAllAsync(string topic, CancellationToken cancellation)
    {
        foreach (var message in _messages)
        {
            await publisher.SendAsync(topic, message, Ticket, cancellation);
        }
    }

    private TransactionTicket Ticket => _ticket ?? throw new FormatException("pgoutput sent a change outside a transaction");
}
