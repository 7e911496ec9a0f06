using Confluent.Kafka;
using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Capture.Publishing;

/// <summary>One transaction's messages on their way: complete when its end was read and every message is acknowledged.</summary>
internal sealed class TransactionTicket
{
    private readonly TransactionLedger _ledger;

    public TransactionTicket(TransactionLedger ledger, DateTimeOffset committedAt)
    {
        _ledger = ledger;
        CommittedAt = committedAt;
        OnDelivery = report => _ledger.Delivered(this, report.Error, Size(report), change: true);
        OnMarkDelivery = report => _ledger.Delivered(this, report.Error, Size(report), change: false);
    }

    /// <summary>Of a change. One delegate a transaction: a message costs no closure.</summary>
    public Action<DeliveryReport<byte[]?, byte[]?>> OnDelivery { get; }

    /// <summary>Of BEGIN or END.</summary>
    public Action<DeliveryReport<byte[]?, byte[]?>> OnMarkDelivery { get; }

    public DateTimeOffset CommittedAt { get; }

    /// <summary>Where it ends in the log; null while it is still being read.</summary>
    public Lsn? End { get; set; }

    public long Sent { get; set; }

    public long Acknowledged { get; set; }

    /// <summary>Acknowledged messages that are changes or tombstones.</summary>
    public long Changes { get; set; }

    public bool IsComplete => End is not null && Acknowledged == Sent;

    private static int Size(DeliveryReport<byte[]?, byte[]?> report) => (report.Key?.Length ?? 0) + (report.Value?.Length ?? 0);
}
