{{ market_size('week') }}
