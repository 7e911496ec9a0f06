namespace HospitalStreaming.Broker.Storage;

/// <summary>A topic that exists: its identity never changes, its partitions only grow, its settings are replaced whole.</summary>
internal sealed class Topic(string name, Guid id, PartitionLog[] partitions, TopicConfig config)
{
    private volatile PartitionLog[] _partitions = partitions;
    private volatile TopicConfig _config = config;

    public string Name { get; } = name;
    public Guid Id { get; } = id;
    public PartitionLog[] Partitions => _partitions;
    public TopicConfig Config => _config;

    public PartitionLog? Partition(int index)
    {
        var partitions = _partitions;
        return (uint)index < (uint)partitions.Length ? partitions[index] : null;
    }

    public void Grow(IEnumerable<PartitionLog> added) => _partitions = [.. _partitions, .. added];

    public void Configure(TopicConfig config)
    {
        _config = config;
        foreach (var partition in _partitions)
        {
            partition.Config = config;
        }
    }
}
