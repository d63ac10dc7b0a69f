"""Episodes from raw messages: sessions, pre-flight, recorder, dataset."""
