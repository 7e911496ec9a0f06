namespace HospitalStreaming.Broker.Storage;

internal readonly record struct ProducerBatch(int FirstSequence, int LastSequence, long BaseOffset, long TimestampMs);
