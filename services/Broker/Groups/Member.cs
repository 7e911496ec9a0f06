namespace HospitalStreaming.Broker.Groups;

internal sealed class Member(string id, JoinRequest joined)
{
    public string Id { get; } = id;
    public string? InstanceId { get; } = joined.InstanceId;
    public string ClientId { get; private set; } = joined.ClientId;
    public string ClientHost { get; private set; } = joined.ClientHost;
    public TimeSpan SessionTimeout { get; private set; } = joined.SessionTimeout;
    public TimeSpan RebalanceTimeout { get; private set; } = joined.RebalanceTimeout;
    public GroupProtocol[] Protocols { get; private set; } = joined.Protocols;
    public byte[] Assignment { get; set; } = [];
    public DateTimeOffset LastSeen { get; set; }

    /// <summary>Set while the member waits for the group to come together.</summary>
    public TaskCompletionSource<JoinResult>? Joining { get; set; }

    /// <summary>Set while the member waits for its assignment.</summary>
    public TaskCompletionSource<SyncResult>? Syncing { get; set; }

    public byte[] MetadataFor(string? protocol) => Protocols.FirstOrDefault(p => p.Name == protocol)?.Metadata ?? [];

    public bool Speaks(string protocol) => Protocols.Any(p => p.Name == protocol);

    public bool Offers(GroupProtocol[] others) =>
        Protocols.Length == others.Length
        && Protocols.Zip(others).All(pair => pair.First.Name == pair.Second.Name && pair.First.Metadata.AsSpan().SequenceEqual(pair.Second.Metadata));

    public void Update(JoinRequest request)
    {
        (ClientId, ClientHost) = (request.ClientId, request.ClientHost);
        (SessionTimeout, RebalanceTimeout, Protocols) = (request.SessionTimeout, request.RebalanceTimeout, request.Protocols);
    }
}
