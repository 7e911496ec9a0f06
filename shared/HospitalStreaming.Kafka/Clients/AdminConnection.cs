using Confluent.Kafka;

namespace HospitalStreaming.Kafka.Clients;

/// <summary>
/// An admin client, opened at its first request. A request that begins on a client already freed ends the whole process in librdkafka
/// (rd_kafka_admin_fanout_op_new, a freed queue), and Confluent.Kafka 2.15 does not look; here it throws, and freeing waits for requests that
/// are just beginning.
/// </summary>
/// <param name="open">Opens it.</param>
public sealed class AdminConnection(Func<IAdminClient> open) : IDisposable
{
    private readonly Lock _one = new();
    private IAdminClient? _client;
    private bool _closed;

    /// <summary>Begins a request, or makes a blocking one.</summary>
    /// <exception cref="ObjectDisposedException">The connection was closed.</exception>
    public T Ask<T>(Func<IAdminClient, T> request)
    {
        lock (_one)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return request(_client ??= open());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_one)
        {
            _closed = true;
            _client?.Dispose();
            _client = null;
        }
    }
}
