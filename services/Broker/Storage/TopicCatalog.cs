using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using HospitalStreaming.Broker.Protocol;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Broker.Storage;

/// <summary>The topics, their ids and settings, kept in one file that is replaced whole and synced before a change is answered.</summary>
internal sealed class TopicCatalog : IDisposable
{
    private const int Format = 1;
    private const int ProducerIdBlock = 1000;
    private readonly StorageEnvironment _environment;
    private readonly BrokerOptions _options;
    private readonly string _file;
    private readonly string _topicsFolder;
    private readonly Lock _changing = new();
    private readonly ConcurrentDictionary<string, Topic> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, Topic> _byId = [];
    private readonly List<Guid> _deleting;
    private long _nextProducerId;
    private long _producerIdsReserved;

    public TopicCatalog(StorageEnvironment environment, BrokerOptions options)
    {
        (_environment, _options) = (environment, options);
        _file = Path.Combine(options.Folder, "topics.json");
        _topicsFolder = Path.Combine(options.Folder, "topics");
        environment.Files.CreateFolder(_topicsFolder);
        var record = ReadFile();
        ClusterId = record.ClusterId;
        _nextProducerId = _producerIdsReserved = record.NextProducerId;
        _deleting = record.Deleting;
        FinishDeletions();
        foreach (var topic in record.Topics)
        {
            Add(Open(topic.Name, topic.Id, topic.Partitions, TopicSettings.InForce(topic.Settings, options)));
        }
        foreach (var unknown in environment.Files.Folders(_topicsFolder).Select(Path.GetFileName).Except(_byId.Keys.Select(FolderName)))
        {
            environment.Logger.LogWarning("Folder {Folder} belongs to no topic (a creation that did not finish); it is left alone", unknown);
        }
        Save();
    }

    public Guid ClusterId { get; }
    public IReadOnlyCollection<Topic> Topics => (IReadOnlyCollection<Topic>)_byName.Values;
    public IEnumerable<PartitionLog> Partitions => _byName.Values.SelectMany(t => t.Partitions);

    public Topic? Find(string name) => _byName.GetValueOrDefault(name);

    public Topic? Find(Guid id) => _byId.GetValueOrDefault(id);

    /// <summary>Creates a topic, or with <paramref name="validateOnly"/> only says that it could be; throws <see cref="CatalogException"/> where it cannot.</summary>
    public Topic Create(string name, int partitions, Dictionary<string, string> settings, bool validateOnly)
    {
        lock (_changing)
        {
            if (!TopicName.IsValid(name))
            {
                throw new CatalogException(ErrorCode.InvalidTopic, "a topic name is 1 to 249 of a-z A-Z 0-9 . _ - and not . or ..");
            }
            if (_byName.ContainsKey(name))
            {
                throw new CatalogException(ErrorCode.TopicAlreadyExists, $"Topic '{name}' already exists.");
            }
            if (_byName.Count >= _options.MaxTopics)
            {
                throw new CatalogException(ErrorCode.PolicyViolation, $"this broker keeps at most {_options.MaxTopics} topics");
            }
            CheckPartitions(0, partitions);
            Check(settings);
            var config = TopicSettings.InForce(settings, _options);
            if (validateOnly)
            {
                return new Topic(name, Guid.Empty, [], config);
            }
            var topic = Storing(() => Open(name, NewId(), partitions, config));
            Add(topic);
            try
            {
                Save();
            }
            catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
            {
                Remove(topic);
                throw StorageProblem(error);
            }
            return topic;
        }
    }

    public void Delete(Topic topic)
    {
        lock (_changing)
        {
            if (!_byId.ContainsKey(topic.Id))
            {
                throw new CatalogException(ErrorCode.UnknownTopicOrPartition, "the topic does not exist");
            }
            Remove(topic);
            _deleting.Add(topic.Id);
            try
            {
                Save();
            }
            catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
            {
                _deleting.Remove(topic.Id);
                Add(topic);
                throw StorageProblem(error);
            }
            foreach (var partition in topic.Partitions)
            {
                partition.Dispose();
            }
            FinishDeletions();
        }
    }

    public void AddPartitions(Topic topic, int count, bool validateOnly)
    {
        lock (_changing)
        {
            var now = topic.Partitions.Length;
            if (count <= now)
            {
                throw new CatalogException(ErrorCode.InvalidPartitions, $"the topic has {now} partitions already; it can only get more");
            }
            CheckPartitions(now, count);
            if (validateOnly)
            {
                return;
            }
            var added = Storing(() => Enumerable.Range(now, count - now).Select(i => OpenPartition(topic.Name, topic.Id, i, topic.Config)).ToList());
            Storing(() => Save(grown: (topic, count)));
            topic.Grow(added);
        }
    }

    /// <summary>Replaces all settings of a topic.</summary>
    public void Configure(Topic topic, Dictionary<string, string> settings, bool validateOnly)
    {
        lock (_changing)
        {
            Check(settings);
            if (validateOnly)
            {
                return;
            }
            var before = topic.Config;
            topic.Configure(TopicSettings.InForce(settings, _options));
            try
            {
                Save();
            }
            catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
            {
                topic.Configure(before);
                throw StorageProblem(error);
            }
        }
    }

    /// <summary>An id no producer had before, also after a crash: ids are reserved in blocks.</summary>
    public long NewProducerId()
    {
        lock (_changing)
        {
            if (_nextProducerId == _producerIdsReserved)
            {
                _producerIdsReserved += ProducerIdBlock;
                try
                {
                    Save();
                }
                catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
                {
                    _producerIdsReserved -= ProducerIdBlock;
                    throw StorageProblem(error);
                }
            }
            return _nextProducerId++;
        }
    }

    public void Dispose()
    {
        foreach (var partition in Partitions)
        {
            partition.Dispose();
        }
    }

    private static string FolderName(Guid id) => id.ToString("N");

    private static Guid NewId() => Guid.NewGuid();

    private static void Check(Dictionary<string, string> settings)
    {
        if (TopicSettings.Problem(settings) is { } problem)
        {
            throw new CatalogException(ErrorCode.InvalidConfig, problem);
        }
    }

    private static CatalogException StorageProblem(Exception error) => new(ErrorCode.KafkaStorageError, $"the broker cannot write: {error.Message}");

    private void CheckPartitions(int now, int wanted)
    {
        if (wanted < 1)
        {
            throw new CatalogException(ErrorCode.InvalidPartitions, "Number of partitions must be larger than 0.");
        }
        if (_byName.Values.Sum(t => (long)t.Partitions.Length) - now + wanted > _options.MaxPartitions)
        {
            throw new CatalogException(ErrorCode.PolicyViolation, $"this broker keeps at most {_options.MaxPartitions} partitions");
        }
    }

    private static T Storing<T>(Func<T> change)
    {
        try
        {
            return change();
        }
        catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
        {
            throw StorageProblem(error);
        }
    }

    private Topic Open(string name, Guid id, int partitions, TopicConfig config) =>
        new(name, id, [.. Enumerable.Range(0, partitions).Select(i => OpenPartition(name, id, i, config))], config);

    private PartitionLog OpenPartition(string name, Guid id, int index, TopicConfig config)
    {
        var number = index.ToString(CultureInfo.InvariantCulture);
        return new PartitionLog(_environment, Path.Combine(_topicsFolder, FolderName(id), number), $"{name}-{number}", config);
    }

    private void Add(Topic topic) => (_byName[topic.Name], _byId[topic.Id]) = (topic, topic);

    private void Remove(Topic topic)
    {
        _byName.TryRemove(topic.Name, out _);
        _byId.TryRemove(topic.Id, out _);
    }

    private void FinishDeletions()
    {
        foreach (var id in _deleting.ToList())
        {
            try
            {
                _environment.Files.DeleteFolder(Path.Combine(_topicsFolder, FolderName(id)));
                _deleting.Remove(id);
            }
            catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
            {
                _environment.Logger.LogWarning("The folder of deleted topic {Id} stays until the next start: {Error}", id, error.Message);
            }
        }
    }

    private bool Save((Topic Topic, int Partitions)? grown = null)
    {
        var topics = _byName.Values.OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => new TopicRecord(
            t.Name, t.Id, t == grown?.Topic ? grown.Value.Partitions : t.Partitions.Length, new Dictionary<string, string>(t.Config.Explicit)));
        var record = new CatalogRecord(Format, ClusterId, _producerIdsReserved, [.. topics], _deleting);
        AtomicFile.Write(_environment.Files, _file, JsonSerializer.SerializeToUtf8Bytes(record, JsonSerializerOptions.Web), sync: true);
        return true;
    }

    private CatalogRecord ReadFile()
    {
        if (AtomicFile.Read(_environment.Files, _file) is not { } content)
        {
            return new CatalogRecord(Format, NewId(), 1, [], []);
        }
        CatalogRecord record;
        try
        {
            record = JsonSerializer.Deserialize<CatalogRecord>(content, JsonSerializerOptions.Web) ?? throw new JsonException("it is empty");
        }
        catch (JsonException error)
        {
            throw new BrokerStartException($"{_file} cannot be read ({error.Message}); restore it from a copy, or move the folder away to start empty", error);
        }
        return record.Format == Format
            ? record
            : throw new BrokerStartException($"{_file} has format {record.Format}; this version reads format {Format}: use the version that wrote it", null);
    }
}
