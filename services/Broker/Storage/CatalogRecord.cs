namespace HospitalStreaming.Broker.Storage;

/// <summary>The whole of topics.json. <c>Deleting</c> are ids whose folders may still be there: the next start removes them.</summary>
internal sealed record CatalogRecord(int Format, Guid ClusterId, long NextProducerId, List<TopicRecord> Topics, List<Guid> Deleting);
