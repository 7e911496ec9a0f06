using Confluent.Kafka;
using HospitalStreaming.Core.Changes.Writing;

namespace HospitalStreaming.Capture.Publishing;

/// <summary>Sends messages in order and tells the ledger. One caller at a time.</summary>
internal sealed class ChangePublisher(IProducer<byte[]?, byte[]?> producer, TransactionLedger ledger)
{
    private static readonly TimeSpan QueueWait = TimeSpan.FromMilliseconds(20);

    /// <summary>Sends a change, or its tombstone.</summary>
    public ValueTask SendAsync(string topic, EncodedChange change, TransactionTicket ticket, CancellationToken cancellation) =>
        SendAsync(topic, change, ticket, ticket.OnDelivery, cancellation);

    /// <summary>Sends BEGIN or END of the ticket's transaction, which is no change.</summary>
    public ValueTask SendMarkAsync(string topic, EncodedChange mark, TransactionTicket ticket, CancellationToken cancellation) =>
        SendAsync(topic, mark, ticket, ticket.OnMarkDelivery, cancellation);

    private async ValueTask SendAsync(
        string topic, EncodedChange change, TransactionTicket ticket, Action<DeliveryReport<byte[]?, byte[]?>> onDelivery, CancellationToken cancellation)
    {
        await ledger.RoomAsync(cancellation);
        var message = new Message<byte[]?, byte[]?> { Key = change.Key, Value = change.Value };
        if (change.HeaderName is { } header)
        {
            message.Headers = [new Header(header, change.HeaderValue)];
        }

        // The ticket counts what the delivery report will give back: key and value.
        var bytes = (change.Key?.Length ?? 0) + (change.Value?.Length ?? 0);
        while (true)
        {
            ledger.Sending(ticket, bytes);
            try
            {
                producer.Produce(topic, message, onDelivery);
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                ledger.NotSent(ticket, bytes);
                await Task.Delay(QueueWait, cancellation);
            }
            catch (ProduceException<byte[]?, byte[]?> large) when (large.Error.Code == ErrorCode.MsgSizeTooLarge)
            {
                // Leaving it out would lose a change in silence, and sending what stands before it for ever would help nobody.
                ledger.NotSent(ticket, bytes);
                throw new CaptureRefusedException(
                    $"one change for topic {topic} takes {bytes} bytes, more than the largest message: leave its widest column out of the publication (ALTER PUBLICATION … SET TABLE … (columns)), then restart capture");
            }
            catch (KafkaException)
            {
                ledger.NotSent(ticket, bytes);
                throw;
            }
        }
    }
}
