namespace HospitalStreaming.Broker.Storage;

internal enum SequenceVerdict
{
    Accept,
    Duplicate,
    OutOfOrder,
    FencedEpoch,
}
